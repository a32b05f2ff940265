package io.signalbox.server.node;

import io.signalbox.broker.Broker;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.StoreStatus;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationSource;
import io.signalbox.server.control.NodeControl;
import io.signalbox.server.control.StatusReport;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running broker with all its ports. Started by {@link NodeStart} and stopped by the same thread. */
public final class Node implements NodeControl {

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** How long connections get to hear that the broker goes. */
    private static final long FAREWELL_SECONDS = 5;

    private final Transport transport;
    private final NodeHealth health;
    private final Broker broker;
    private final Security security;
    private final Map<String, ProtocolPort> ports;
    private final StartReport startReport;
    private final Reload reload;
    private final List<AutoCloseable> closedLast = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    Node(
            Transport transport,
            NodeHealth health,
            Broker broker,
            Security security,
            Map<String, ProtocolPort> ports,
            StartReport startReport,
            Reload reload) {
        this.transport = transport;
        this.health = health;
        this.broker = broker;
        this.security = security;
        this.ports = ports;
        this.startReport = startReport;
        this.reload = reload;
        closedLast.add(security);
        closedLast.add(transport);
    }

    /**
     * Starts a broker.
     *
     * @throws NodeFailure if it cannot start; nothing is left open then
     */
    public static Node start(Configuration configuration, NodeParts parts, RecoveryProgress progress)
            throws NodeFailure {
        return start(configuration, () -> configuration, parts, progress);
    }

    /**
     * Starts a broker whose configuration may change.
     *
     * @param source read again at each {@link #reload}
     * @throws NodeFailure if it cannot start; nothing is left open then
     */
    public static Node start(
            Configuration configuration, ConfigurationSource source, NodeParts parts, RecoveryProgress progress)
            throws NodeFailure {
        return new NodeStart(configuration, source, parts, progress).start();
    }

    /** Takes over what is closed first when the broker itself is closed. By the starting thread. */
    void closeBeforeOthers(AutoCloseable resource) {
        closedLast.add(0, resource);
    }

    public StartReport startReport() {
        return startReport;
    }

    public Broker broker() {
        return broker;
    }

    /** The store has failed: nobody can be answered any more, so everybody is let go; only diagnosis stays up. */
    void onStoreFailure() {
        health.become(NodeState.STORE_FAILED);
        LOG.error(
                "event=store_failed cause=\"{}\" fix=\"free the cause and restart the broker\"",
                broker.store().failure().map(Throwable::getMessage).orElse("unknown"));
        // This may run on an event loop, and closing a port waits for one.
        Thread closer = new Thread(() -> ports.values().forEach(ProtocolPort::stop), "signalbox-store-failure");
        closer.setDaemon(true);
        closer.start();
    }

    @Override
    public CompletionStage<List<String>> reload() {
        CompletableFuture<List<String>> done = new CompletableFuture<>();
        Thread reader = new Thread(() -> reload(done), "signalbox-reload");
        reader.setDaemon(true);
        reader.start();
        return done;
    }

    private void reload(CompletableFuture<List<String>> done) {
        try {
            List<String> changes = reload.run();
            LOG.info("event=reloaded changes=\"{}\"", String.join("; ", changes));
            done.complete(changes);
        } catch (NodeFailure e) {
            LOG.warn("event=reload_refused cause=\"{}\"", e.getMessage());
            done.completeExceptionally(e);
        } catch (RuntimeException e) {
            LOG.error("event=reload_failed", e);
            done.completeExceptionally(e);
        }
    }

    @Override
    public int connectionsOf(String user) {
        return ports.values().stream()
                .mapToInt(port -> port.connectionsOf(user))
                .sum();
    }

    @Override
    public StatusReport status() {
        NodeState state = health.state();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("State", state.sentence());
        SecurityReport report = security.report();
        facts.put("Security", report.state() + ": " + report.sentence());
        ports.forEach((name, port) -> facts.put(
                name.toUpperCase(Locale.ROOT),
                text(port.address())
                        + port.tlsAddress().map(tls -> ", TLS " + text(tls)).orElse("") + ", " + port.connections()
                        + " connections"));
        facts.put(
                "HTTP",
                text(startReport.http())
                        + startReport
                                .tls()
                                .map(tls -> ", TLS " + text(tls.http()))
                                .orElse(""));
        reload.certificate().ifPresent(certificate -> facts.put("TLS", certificate));
        facts.put("Data", startReport.dataDirectory().toString());
        facts.put("Disk", disk(broker.store().status()));
        facts.put("Queues", queues());
        long onDisk = broker.memory().entriesOnDisk();
        if (onDisk > 0) facts.put("Index", "of " + onDisk + " messages on disk");
        facts.put("Sockets", transport.name());
        facts.put("Process", "pid " + ProcessHandle.current().pid() + ", up " + uptime());
        return new StatusReport(
                facts, state == NodeState.STORE_FAILED ? StatusReport.Verdict.FAILED : StatusReport.Verdict.SERVING);
    }

    private static String disk(StoreStatus store) {
        String free = store.freeBytes() == Long.MAX_VALUE ? "" : ", " + (store.freeBytes() >> 20) + " MiB free";
        String refusing =
                store.shortage().map(why -> "; publishers are refused. " + why).orElse("");
        String damage = store.damagedPlaces() == 0
                ? ""
                : "; damaged places: " + store.damagedPlaces() + ", the log of this process says where";
        return (store.diskBytes() >> 20) + " MiB, of which messages have " + (store.livingBytes() >> 20) + " MiB" + free
                + damage + refusing;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    private String uptime() {
        Duration up = Duration.ofNanos(System.nanoTime() - startNanos);
        return up.toHours() + " h " + up.toMinutesPart() + " min " + up.toSecondsPart() + " s";
    }

    private String queues() {
        long damaged = broker.defaultVirtualHost().queues().stream()
                .mapToLong(queue -> queue.status().damaged())
                .sum();
        String quarantined = damaged == 0
                ? ""
                : ", and " + damaged + " that are damaged and not delivered; the log of this process says where";
        return broker.defaultVirtualHost().queues().size() + " with " + heldMessages() + " messages" + quarantined;
    }

    private long heldMessages() {
        return broker.defaultVirtualHost().queues().stream()
                .map(MessageQueue::status)
                .mapToLong(status -> status.ready() + status.unsettled())
                .sum();
    }

    private long durableMessages() {
        return broker.defaultVirtualHost().queues().stream()
                .filter(queue -> queue.settings().durable())
                .map(MessageQueue::status)
                .mapToLong((QueueStatus status) -> status.ready() + status.unsettled())
                .sum();
    }

    /** Says goodbye to every connection, forces the log and closes everything. */
    public StopReport stop() {
        boolean wasFailed = health.state() == NodeState.STORE_FAILED;
        health.become(NodeState.STOPPING);
        CompletableFuture<?>[] farewells = ports.values().stream()
                .map(port -> port.stop().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        await(CompletableFuture.allOf(farewells));
        long durableMessages = durableMessages();
        Optional<String> failure = wasFailed ? failureSentence() : Optional.empty();
        try {
            broker.close();
        } catch (StoreException e) {
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        for (AutoCloseable last : closedLast) close(last);
        return new StopReport(durableMessages, failure);
    }

    private Optional<String> failureSentence() {
        return broker.store().failure().map(Throwable::getMessage);
    }

    private static void await(CompletableFuture<?> farewells) {
        try {
            farewells.get(FAREWELL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("event=connections_cut reason=\"not all were closed within {} s\"", FAREWELL_SECONDS);
        }
    }

    static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.warn(
                    "event=close_failed resource={} cause=\"{}\"",
                    resource.getClass().getSimpleName(),
                    e.getMessage());
        } catch (Exception e) {
            LOG.error("event=close_failed resource={}", resource.getClass().getSimpleName(), e);
        }
    }
}
