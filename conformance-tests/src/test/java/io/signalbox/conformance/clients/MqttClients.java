package io.signalbox.conformance.clients;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.signalbox.conformance.process.BrokerUnderTest;

/** HiveMQ clients for a broker. */
public final class MqttClients {

    private MqttClients() {}

    public static Mqtt5BlockingClient mqtt5(BrokerUnderTest broker, String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .useMqttVersion5()
                .buildBlocking();
    }

    public static Mqtt3BlockingClient mqtt3(BrokerUnderTest broker, String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .useMqttVersion3()
                .buildBlocking();
    }
}
