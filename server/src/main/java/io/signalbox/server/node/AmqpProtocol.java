package io.signalbox.server.node;

import io.netty.channel.ChannelPipeline;
import io.signalbox.amqp.AmqpCounters;
import io.signalbox.amqp.AmqpFormat;
import io.signalbox.amqp.AmqpListener;
import io.signalbox.amqp.AmqpSettings;
import io.signalbox.broker.Broker;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import io.signalbox.server.http.WebSocketUpgrade;
import io.signalbox.server.net.LingeringClose;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** AMQP 1.0 as this node speaks it. Stateless. */
final class AmqpProtocol implements Protocol {

    /** This broker's name on the wire ({@code open.container-id}). */
    private static final String CONTAINER_ID = "signalbox";

    @Override
    public String name() {
        return "amqp";
    }

    @Override
    public MessageFormat format() {
        return AmqpFormat.INSTANCE;
    }

    @Override
    public Setting<String> hostSetting() {
        return Settings.AMQP_HOST;
    }

    @Override
    public Setting<Integer> portSetting() {
        return Settings.AMQP_PORT;
    }

    @Override
    public TlsAddress tlsAddress() {
        return TlsAddress.AMQP;
    }

    @Override
    public ProtocolPort open(
            Transport transport, Broker broker, Authenticator authenticator, Configuration configuration)
            throws IOException {
        AmqpListener listener =
                new AmqpListener(broker, broker.defaultVirtualHost(), authenticator, settings(configuration));
        InetSocketAddress wanted =
                new InetSocketAddress(configuration.get(Settings.AMQP_HOST), configuration.get(Settings.AMQP_PORT));
        return new Port(
                listener,
                listener.start(
                        transport.group(), transport.serverChannel(), wanted, transport.reads(), LingeringClose::new));
    }

    private static AmqpSettings settings(Configuration configuration) {
        AmqpSettings defaults = AmqpSettings.defaults(CONTAINER_ID, Version.current());
        AmqpSettings.Limits limits = defaults.limits();
        return new AmqpSettings(
                defaults.containerId(),
                defaults.productVersion(),
                defaults.mechanisms(),
                new AmqpSettings.Limits(
                        limits.maxFrameBytes(),
                        Math.toIntExact(configuration.get(Settings.AMQP_MAX_MESSAGE_SIZE)),
                        limits.maxSessions(),
                        limits.maxLinks()),
                defaults.idleTimeoutMillis(),
                defaults.openTimeoutMillis());
    }

    private record Port(AmqpListener listener, InetSocketAddress address) implements ProtocolPort {
        @Override
        public Optional<WebSocketUpgrade> webSocket() { // AMQP WebSocket Binding 1.0 §2.1
            return Optional.of(new WebSocketUpgrade("/amqp", List.of("amqp"), this::attach));
        }

        @Override
        public void attach(ChannelPipeline pipeline) {
            pipeline.addLast(listener.newHandler());
        }

        @Override
        public int connections() {
            return listener.connectionCount();
        }

        @Override
        public int connectionsOf(String user) {
            return listener.connectionsOf(user);
        }

        @Override
        public CompletionStage<?> recheckIdentities() {
            return listener.recheckIdentities();
        }

        @Override
        public CompletionStage<?> stop() {
            return listener.close();
        }

        @Override
        public void addMetrics(NodeMetrics metrics) {
            AmqpCounters counters = listener.counters();
            metrics.counter(
                    "signalbox_amqp_connections_opened", "Connections accepted by the socket.", counters.connections);
            metrics.counter("signalbox_amqp_refused_logins", "Connections refused by SASL.", counters.refusedLogins);
            metrics.counter(
                    "signalbox_amqp_connection_errors",
                    "Connections that the broker closed with an error.",
                    counters.connectionErrors);
            metrics.counter(
                    "signalbox_amqp_link_errors", "Links refused or detached with an error.", counters.linkErrors);
            metrics.counter("signalbox_amqp_messages_received", "Messages that came in whole.", counters.received);
            metrics.counter("signalbox_amqp_deliveries_sent", "Deliveries handed to peers.", counters.sent);
            metrics.counter(
                    "signalbox_amqp_messages_rejected", "Messages that were answered rejected.", counters.rejected);
            metrics.counter(
                    "signalbox_amqp_dropped_settled",
                    "Messages sent settled that could not be routed or taken.",
                    counters.droppedSettled);
            metrics.counter(
                    "signalbox_amqp_dropped_too_large",
                    "Messages larger than a receiver takes that wants them settled.",
                    counters.droppedTooLarge);
            metrics.counter(
                    "signalbox_amqp_unreadable",
                    "Messages of other protocols that could not be written as AMQP.",
                    counters.unreadable);
        }
    }
}
