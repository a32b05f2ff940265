package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAck;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The HiveMQ client with MQTT 3.1.1. Thread-safe. */
final class HiveMqtt3 implements HiveMqttClient {

    private final Mqtt3AsyncClient client;

    /** @param received takes every message, on a thread of the client */
    HiveMqtt3(MqttClientBuilder builder, Consumer<MqttMessage> received) {
        client = builder.useMqttVersion3().buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> received.accept(message(publish)));
    }

    @Override
    public CompletableFuture<Boolean> connect(MqttConnect connect) {
        return client.connect(packet(connect)).thenApply(Mqtt3ConnAck::isSessionPresent);
    }

    private static Mqtt3Connect packet(MqttConnect connect) {
        Mqtt3ConnectBuilder builder = Mqtt3Connect.builder().cleanSession(connect.clean());
        if (connect.will().isPresent()) {
            builder = builder.willPublish(packet(connect.will().get()));
        }
        return builder.build();
    }

    private static Mqtt3Publish packet(MqttMessage message) {
        return Mqtt3Publish.builder()
                .topic(message.topic())
                .payload(message.payload().getBytes(UTF_8))
                .qos(MqttQos.fromCode(message.qos()))
                .retain(message.retain())
                .build();
    }

    private static MqttMessage message(Mqtt3Publish publish) {
        // This client keeps the DUP flag to itself.
        return new MqttMessage(
                publish.getTopic().toString(),
                new String(publish.getPayloadAsBytes(), UTF_8),
                publish.getQos().getCode(),
                publish.isRetain(),
                false);
    }

    @Override
    public CompletableFuture<Integer> subscribe(MqttSubscribe subscription) {
        return client.subscribeWith()
                .topicFilter(subscription.filter())
                .qos(MqttQos.fromCode(subscription.qos()))
                .send()
                .thenApply(answer -> answer.getReturnCodes().get(0).getCode());
    }

    @Override
    public CompletableFuture<?> unsubscribe(String filter) {
        return client.unsubscribeWith().topicFilter(filter).send();
    }

    @Override
    public CompletableFuture<Integer> publish(MqttMessage message) {
        return client.publish(packet(message)).thenApply(published -> 0);
    }

    @Override
    public CompletableFuture<?> disconnect() {
        return client.disconnect();
    }

    @Override
    public boolean isConnected() {
        return client.getState().isConnected();
    }
}
