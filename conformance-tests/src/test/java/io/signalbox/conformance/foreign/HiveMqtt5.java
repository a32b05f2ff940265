package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The HiveMQ client with MQTT 5.0. Thread-safe. */
final class HiveMqtt5 implements HiveMqttClient {

    private final Mqtt5AsyncClient client;

    /** @param received takes every message, on a thread of the client */
    HiveMqtt5(MqttClientBuilder builder, Consumer<MqttMessage> received) {
        client = builder.useMqttVersion5().buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> received.accept(message(publish)));
    }

    @Override
    public CompletableFuture<Boolean> connect(MqttConnect connect) {
        return client.connect(packet(connect)).thenApply(Mqtt5ConnAck::isSessionPresent);
    }

    private static Mqtt5Connect packet(MqttConnect connect) {
        Mqtt5ConnectBuilder builder =
                Mqtt5Connect.builder().cleanStart(connect.clean()).sessionExpiryInterval(connect.expirySeconds());
        if (connect.will().isPresent()) {
            MqttMessage will = connect.will().get();
            builder = builder.willPublish(packet(will).asWill());
        }
        return builder.build();
    }

    private static Mqtt5Publish packet(MqttMessage message) {
        return Mqtt5Publish.builder()
                .topic(message.topic())
                .payload(message.payload().getBytes(UTF_8))
                .qos(MqttQos.fromCode(message.qos()))
                .retain(message.retain())
                .build();
    }

    private static MqttMessage message(Mqtt5Publish publish) {
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
                .noLocal(subscription.noLocal())
                .retainAsPublished(subscription.retainAsPublished())
                .retainHandling(Mqtt5RetainHandling.fromCode(subscription.retainHandling()))
                .send()
                .thenApply(answer -> answer.getReasonCodes().get(0).getCode());
    }

    @Override
    public CompletableFuture<?> unsubscribe(String filter) {
        return client.unsubscribeWith().topicFilter(filter).send();
    }

    @Override
    public CompletableFuture<Integer> publish(MqttMessage message) {
        return client.publish(packet(message)).thenApply(HiveMqtt5::reason);
    }

    private static int reason(Mqtt5PublishResult result) {
        if (result instanceof Mqtt5PublishResult.Mqtt5Qos1Result one) {
            return one.getPubAck().getReasonCode().getCode();
        }
        if (result instanceof Mqtt5PublishResult.Mqtt5Qos2Result two) {
            return two.getPubRec().getReasonCode().getCode();
        }
        return 0;
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
