package io.signalbox.server.node;

import io.netty.channel.ChannelPipeline;
import io.signalbox.broker.Broker;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.mqtt.MqttCounters;
import io.signalbox.mqtt.MqttFormat;
import io.signalbox.mqtt.MqttListener;
import io.signalbox.mqtt.MqttSettings;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Setting;
import io.signalbox.server.config.Settings;
import io.signalbox.server.http.WebSocketUpgrade;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** MQTT as this node speaks it. Stateless. */
final class MqttProtocol implements Protocol {

    /** MQTT-6.0.0-3 and 3.1's older name; the client's CONNECT says which version it speaks. */
    private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public MessageFormat format() {
        return MqttFormat.INSTANCE;
    }

    @Override
    public Setting<String> hostSetting() {
        return Settings.MQTT_HOST;
    }

    @Override
    public Setting<Integer> portSetting() {
        return Settings.MQTT_PORT;
    }

    @Override
    public TlsAddress tlsAddress() {
        return TlsAddress.MQTT;
    }

    @Override
    public ProtocolPort open(
            Transport transport, Broker broker, Authenticator authenticator, Configuration configuration)
            throws IOException {
        MqttListener listener =
                new MqttListener(broker, broker.defaultVirtualHost(), authenticator, settings(configuration));
        InetSocketAddress wanted =
                new InetSocketAddress(configuration.get(Settings.MQTT_HOST), configuration.get(Settings.MQTT_PORT));
        return new Port(
                listener, listener.start(transport.group(), transport.serverChannel(), wanted, transport.reads()));
    }

    private static MqttSettings settings(Configuration configuration) {
        MqttSettings defaults = MqttSettings.defaults();
        return new MqttSettings(
                defaults.connectPacketBytes(),
                Math.toIntExact(configuration.get(Settings.MQTT_MAX_PACKET_SIZE)),
                defaults.receiveMaximum(),
                defaults.outboundWindow(),
                defaults.outboundBufferBytes(),
                defaults.topicAliasMaximum(),
                defaults.maximumKeepAliveSeconds(),
                defaults.maximumSessionExpirySeconds(),
                defaults.maximumFilterBytes(),
                defaults.maximumClientIdChars(),
                defaults.connectTimeoutMillis(),
                defaults.profile());
    }

    private record Port(MqttListener listener, InetSocketAddress address) implements ProtocolPort {
        @Override
        public Optional<WebSocketUpgrade> webSocket() {
            return Optional.of(new WebSocketUpgrade("/mqtt", SUBPROTOCOLS, this::attach));
        }

        @Override
        public void attach(ChannelPipeline pipeline) {
            pipeline.addLast(listener.newHandler(pipeline.channel()));
        }

        @Override
        public int connections() {
            return listener.connections();
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
            MqttCounters counters = listener.counters();
            metrics.gauge("signalbox_mqtt_sessions", "Sessions, their client connected or not.", listener::sessions);
            metrics.counter(
                    "signalbox_mqtt_connections_opened",
                    "Connections accepted by the socket.",
                    counters.connectionsOpened);
            metrics.counter(
                    "signalbox_mqtt_connects_accepted", "CONNECTs answered with success.", counters.connectsAccepted);
            metrics.counter(
                    "signalbox_mqtt_publishes_received", "PUBLISH packets received.", counters.publishesReceived);
            metrics.counter(
                    "signalbox_mqtt_publishes_sent", "PUBLISH packets sent, with repetitions.", counters.publishesSent);
            metrics.counter(
                    "signalbox_mqtt_dropped_slow_client",
                    "QoS 0 messages dropped because the client's socket took no more.",
                    counters.droppedSlowClient);
            metrics.counter(
                    "signalbox_mqtt_dropped_too_large",
                    "Messages larger than the client's maximum packet size.",
                    counters.droppedTooLarge);
            metrics.counter(
                    "signalbox_mqtt_dropped_not_a_topic",
                    "Messages of other protocols whose address is no topic name.",
                    counters.droppedNotATopic);
            metrics.counter(
                    "signalbox_mqtt_unreadable",
                    "Messages of other protocols that could not be read, and so were sent to nobody.",
                    counters.unreadable);
            metrics.counter(
                    "signalbox_mqtt_not_retained",
                    "QoS 0 messages and wills delivered but not retained, since no more may be retained.",
                    counters.notRetained);
            metrics.counter(
                    "signalbox_mqtt_retained_not_replayed",
                    "Retained messages of a new subscription that its session's queue refused.",
                    counters.retainedNotReplayed);
            metrics.counters(
                    "signalbox_mqtt_refused",
                    "Connections, publishes and subscriptions refused, by reason code.",
                    "reason",
                    counters::refusals);
            metrics.counter(
                    "signalbox_mqtt_unknown_acknowledgements",
                    "Acknowledgements of packet identifiers that were not in use.",
                    counters.unknownAcknowledgements);
            metrics.counter(
                    "signalbox_mqtt_reading_paused",
                    "How often a client was not read because its publishes were unanswered.",
                    counters.readingPaused);
            metrics.counter(
                    "signalbox_mqtt_takeovers", "Sessions taken over by a newer connection.", counters.takeovers);
            metrics.counter(
                    "signalbox_mqtt_sessions_expired", "Sessions that nobody came back for.", counters.sessionsExpired);
        }
    }
}
