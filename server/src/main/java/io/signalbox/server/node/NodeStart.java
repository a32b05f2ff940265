package io.signalbox.server.node;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.retained.RetainedLimits;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationSource;
import io.signalbox.server.config.Settings;
import io.signalbox.server.control.ControlClient;
import io.signalbox.server.control.ControlServer;
import io.signalbox.server.control.ControlSocket;
import io.signalbox.server.definitions.Definitions;
import io.signalbox.server.definitions.DefinitionsApplication;
import io.signalbox.server.definitions.DefinitionsReader;
import io.signalbox.server.http.HttpPages;
import io.signalbox.server.http.HttpPort;
import io.signalbox.server.net.Transport;
import io.signalbox.server.tls.TlsCredentials;
import io.signalbox.server.tls.TlsFailure;
import io.signalbox.server.tls.TlsFiles;
import io.signalbox.server.tls.TlsPort;
import io.signalbox.server.tls.TlsServer;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of a node, step by step: event loops, HTTP port, store and core, protocol ports, control socket. The HTTP port
 * comes first, so that a supervisor sees a broker that reads its log as alive and not ready. Used once, by one thread.
 */
final class NodeStart {

    private static final Logger LOG = LoggerFactory.getLogger(NodeStart.class);

    /** A disk that takes longer tells nothing by a start that takes as long. */
    private static final long FIRST_FORCE_SECONDS = 2;

    private final Configuration configuration;
    private final ConfigurationSource source;
    private final NodeParts parts;
    private final RecoveryProgress progress;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final NodeMetrics metrics = new NodeMetrics(registry);

    /** What has been opened, the latest first: closed in this order when a later step fails. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    NodeStart(Configuration configuration, ConfigurationSource source, NodeParts parts, RecoveryProgress progress) {
        this.configuration = configuration;
        this.source = source;
        this.parts = parts;
        this.progress = progress;
    }

    Node start() throws NodeFailure {
        Optional<Exposure> exposure = Exposure.of(configuration);
        Optional<AdminPassword> admin = AdminPassword.of(parts.environment());
        Optional<Definitions> definitions = readDefinitions();
        DataDirectory data = DataDirectory.open(ControlSocket.dataDirectory(configuration));
        checkUnused(data);
        checkNotBare(
                data,
                exposure,
                admin.isPresent() || definitions.map(Definitions::hasUsers).orElse(false));
        try {
            return open(data, new Wanted(exposure, admin, definitions));
        } catch (NodeFailure | RuntimeException e) {
            opened.forEach(Node::close);
            throw e;
        }
    }

    /** Tells a second start on the same directory what is the matter; that there is no second one, the store's lock sees to. */
    private static void checkUnused(DataDirectory data) throws NodeFailure {
        if (!ControlClient.answers(ControlSocket.in(data.path()))) return;
        throw new NodeFailure("The data directory " + data.path() + " is in use by Signalbox" + data.owner()
                + ". Stop that broker first, or choose another directory with --data.");
    }

    /** Where there are no users for sure, nothing has to be opened to see that there would have to be some. */
    private void checkNotBare(DataDirectory data, Optional<Exposure> exposure, boolean bringsUsers) throws NodeFailure {
        boolean mayHaveUsers = data.lastStop() != LastStop.NEVER_RAN
                || bringsUsers
                || configuration.get(Settings.SECURITY_ALLOW_ANONYMOUS);
        if (exposure.isPresent() && !mayHaveUsers) throw exposure.get().refusal();
    }

    private Optional<Definitions> readDefinitions() throws NodeFailure {
        try {
            return DefinitionsReader.of(configuration);
        } catch (ConfigurationException e) {
            throw new NodeFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /** What was read before anything was opened, and is acted on once there is a broker. */
    private record Wanted(
            Optional<Exposure> exposure, Optional<AdminPassword> admin, Optional<Definitions> definitions) {}

    private Node open(DataDirectory data, Wanted wanted) throws NodeFailure {
        Optional<TlsServer> tls = loadTls();
        Transport transport = keep(Transport.open(parts.busyWaits()));
        LoopWatch loops = new LoopWatch(transport.group(), System::nanoTime);
        NodeHealth health = new NodeHealth(loops);
        metrics.addLoops(loops, transport);
        NodePorts opening = new NodePorts(configuration, transport, tls);
        HttpPort http = keep(opening.openHttp(new HttpPages(health, registry)));
        Optional<TlsPort> https = opening.openTls("http", TlsAddress.HTTP, http::attach);
        https.ifPresent(this::keep);

        long recoveryStart = System.nanoTime();
        Broker broker = keep(openBroker(transport, data, health));
        metrics.addBroker(broker);
        health.knows(broker.store());
        long recoveryMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - recoveryStart);

        health.become(NodeState.OPENING);
        apply(wanted, broker, new LoopCall(transport.group().next(), broker));
        Security security = keep(new Security(broker.users(), configuration, wanted.exposure()));
        security.check();
        metrics.addSecurity(security);
        health.knows(security);
        Map<String, ProtocolPort> ports = openPorts(opening, broker, security.authenticator());
        security.guard(ports.values());
        broker.begin(); // sessions know by now what their clients may have seen
        AlarmClock.start(transport.group(), broker);
        ProtocolPort amqp = port(ports, parts.amqp());
        ProtocolPort mqtt = port(ports, parts.mqtt());
        StartReport report = new StartReport(
                amqp.address(),
                mqtt.address(),
                http.address(),
                NodePorts.report(amqp, mqtt, https),
                data.path(),
                data.lastStop(),
                sharedQueues(broker),
                broker.recoveredMessages(),
                recoveryMillis,
                data.freeBytes(),
                firstForceNanos(broker.store()),
                broker.store().status().cutBytes(),
                security.report());
        Node node =
                new Node(transport, health, broker, security, ports, report, new Reload(source, configuration, tls));
        node.closeBeforeOthers(http);
        https.ifPresent(node::closeBeforeOthers);
        node.closeBeforeOthers(keep(openControl(transport, data, broker, node)));
        ports.values().forEach(port -> port.webSocket().ifPresent(http::offer));
        health.become(NodeState.SERVING);
        broker.onStoreFailure(node::onStoreFailure);
        return node;
    }

    private static void apply(Wanted wanted, Broker broker, LoopCall call) throws NodeFailure {
        try {
            if (wanted.definitions().isPresent()) {
                int made = new DefinitionsApplication(wanted.definitions().get(), broker).apply(call);
                LOG.info("event=definitions_applied made={}", made);
            }
        } catch (ConfigurationException e) {
            throw new NodeFailure(String.valueOf(e.getMessage()), e);
        }
        if (wanted.admin().isPresent()) wanted.admin().get().apply(broker, call);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private Broker openBroker(Transport transport, DataDirectory data, NodeHealth health) throws NodeFailure {
        MessageFormats formats = parts.formats();
        try {
            MessageStore store = parts.store().open(data.path(), formats);
            BrokerSettings settings = new BrokerSettings(
                    store,
                    transport.loops(),
                    InstantSource.system(),
                    (done, total) -> {
                        health.recovering(done, total);
                        progress.progress(done, total);
                    },
                    formats,
                    retainedLimits());
            return openOrClose(store, settings);
        } catch (StoreException e) {
            throw new NodeFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private RetainedLimits retainedLimits() {
        return new RetainedLimits(
                configuration.get(Settings.MQTT_MAX_RETAINED_MESSAGES),
                configuration.get(Settings.MQTT_MAX_RETAINED_SIZE));
    }

    /** Opening the broker has appended a batch; how long its force takes says what this disk's forces are like. */
    private static long firstForceNanos(MessageStore store) {
        long opened = store.durableLsn();
        if (store.status().forces() == 0) {
            CountDownLatch forced = new CountDownLatch(1);
            store.afterForce(opened, forced::countDown);
            try {
                if (!forced.await(FIRST_FORCE_SECONDS, TimeUnit.SECONDS)) return 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return store.status().lastForceNanos();
    }

    private static Broker openOrClose(MessageStore store, BrokerSettings settings) throws StoreException {
        try {
            return Broker.recover(settings);
        } catch (StoreException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private Map<String, ProtocolPort> openPorts(NodePorts opening, Broker broker, Authenticator authenticator)
            throws NodeFailure {
        Map<String, ProtocolPort> ports = new LinkedHashMap<>();
        for (Protocol protocol : parts.protocols()) {
            ProtocolPort port = opening.open(protocol, broker, authenticator);
            keep(() -> port.stop().toCompletableFuture().join());
            ports.put(protocol.name(), port);
        }
        metrics.addPorts(ports);
        return ports;
    }

    /** Before anything else: a certificate that cannot be used is found while nothing is open yet. */
    private Optional<TlsServer> loadTls() throws NodeFailure {
        try {
            Optional<TlsFiles> files = TlsFiles.of(configuration);
            if (files.isEmpty()) return Optional.empty();
            TlsServer server = new TlsServer(TlsCredentials.load(files.get()));
            if (server.identity().expiry().isBefore(Instant.now())) {
                LOG.warn(
                        "event=tls_certificate_expired certificate=\"{}\"",
                        server.identity().summary());
            }
            metrics.addTls(server);
            return Optional.of(server);
        } catch (TlsFailure e) {
            throw new NodeFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static ControlServer openControl(Transport transport, DataDirectory data, Broker broker, Node node)
            throws NodeFailure {
        try {
            ControlServer control = ControlServer.open(transport, data.path(), broker, node);
            data.force(); // its file is how the next start knows of a crash
            return control;
        } catch (IOException e) {
            throw new NodeFailure("The control socket cannot be opened: " + e.getMessage() + ".", e);
        }
    }

    private static ProtocolPort port(Map<String, ProtocolPort> ports, Protocol protocol) {
        ProtocolPort port = ports.get(protocol.name());
        if (port == null) throw new IllegalStateException("no port of " + protocol.name());
        return port;
    }

    private static int sharedQueues(Broker broker) {
        return (int) broker.defaultVirtualHost().queues().stream()
                .filter(queue -> queue.settings().purpose() != QueueSettings.Purpose.SESSION)
                .count();
    }
}
