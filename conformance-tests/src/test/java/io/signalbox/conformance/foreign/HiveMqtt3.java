package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.Relay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** The HiveMQ client with MQTT 3.1.1, in this JVM; a {@link Relay} cuts its connection where others close their socket. */
final class HiveMqtt3 implements MqttLink {

    private final Relay relay;
    private final Mqtt3AsyncClient client;
    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();
    private final boolean sessionPresent;

    HiveMqtt3(InetSocketAddress broker, MqttConnect connect) {
        relay = Relay.to(broker);
        client = MqttClient.builder()
                .identifier(connect.clientId())
                .serverAddress(relay.address())
                .useMqttVersion3()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> messages.add(message(publish)));
        sessionPresent = Await.get("CONNACK", client.connect(packet(connect))).isSessionPresent();
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
    public boolean sessionPresent() {
        return sessionPresent;
    }

    @Override
    public int subscribe(MqttSubscribe subscription) {
        return Await.get(
                        "SUBACK",
                        client.subscribeWith()
                                .topicFilter(subscription.filter())
                                .qos(MqttQos.fromCode(subscription.qos()))
                                .send())
                .getReturnCodes()
                .get(0)
                .getCode();
    }

    @Override
    public void unsubscribe(String filter) {
        Await.get("UNSUBACK", client.unsubscribeWith().topicFilter(filter).send());
    }

    @Override
    public CompletableFuture<Integer> publish(MqttMessage message) {
        return client.publish(packet(message)).thenApply(published -> 0);
    }

    @Override
    public Optional<MqttMessage> poll(Duration limit) {
        return Await.poll(messages, limit);
    }

    @Override
    public void disconnect() {
        Await.get("DISCONNECT", client.disconnect());
        relay.close();
    }

    @Override
    public void drop() {
        relay.close();
        Await.until("the client has noticed", () -> !client.getState().isConnected());
    }

    @Override
    public void close() {
        if (client.getState().isConnected()) disconnect();
        else relay.close();
    }
}
