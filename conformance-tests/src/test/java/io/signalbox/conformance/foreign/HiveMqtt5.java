package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.Relay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** The HiveMQ client with MQTT 5.0, in this JVM; a {@link Relay} cuts its connection where others close their socket. */
final class HiveMqtt5 implements MqttLink {

    private final Relay relay;
    private final Mqtt5AsyncClient client;
    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();
    private final boolean sessionPresent;

    HiveMqtt5(InetSocketAddress broker, MqttConnect connect) {
        relay = Relay.to(broker);
        client = MqttClient.builder()
                .identifier(connect.clientId())
                .serverAddress(relay.address())
                .useMqttVersion5()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> messages.add(message(publish)));
        sessionPresent = Await.get("CONNACK", client.connect(packet(connect))).isSessionPresent();
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
                                .noLocal(subscription.noLocal())
                                .retainAsPublished(subscription.retainAsPublished())
                                .retainHandling(Mqtt5RetainHandling.fromCode(subscription.retainHandling()))
                                .send())
                .getReasonCodes()
                .get(0)
                .getCode();
    }

    @Override
    public void unsubscribe(String filter) {
        Await.get("UNSUBACK", client.unsubscribeWith().topicFilter(filter).send());
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
