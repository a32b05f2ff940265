package io.signalbox.conformance.foreign;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckRestrictions;
import io.signalbox.conformance.process.BrokerUnderTest;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** What the broker says of itself in its CONNACK (MQTT 5.0 §3.2.2.3); what it says it cannot do is not asked of it. */
final class Feature {

    private static Optional<Mqtt5ConnAckRestrictions> told = Optional.empty();

    private Feature() {}

    private static synchronized Mqtt5ConnAckRestrictions restrictions(BrokerUnderTest broker) {
        if (told.isEmpty()) {
            Mqtt5BlockingClient client = MqttClient.builder()
                    .identifier("feature-probe")
                    .serverAddress(broker.mqtt())
                    .useMqttVersion5()
                    .buildBlocking();
            told = Optional.of(client.connect().getRestrictions());
            client.disconnect();
        }
        return told.get();
    }

    static int maximumQos(BrokerUnderTest broker) {
        return restrictions(broker).getMaximumQos().getCode();
    }

    static void assumeRetained(BrokerUnderTest broker) {
        Assumptions.assumeTrue(restrictions(broker).isRetainAvailable(), "skipped: no retained messages yet");
    }

    static void assumeShared(BrokerUnderTest broker) {
        Assumptions.assumeTrue(
                restrictions(broker).isSharedSubscriptionAvailable(), "skipped: no shared subscriptions yet");
    }
}
