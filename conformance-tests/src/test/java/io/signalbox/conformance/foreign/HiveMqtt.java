package io.signalbox.conformance.foreign;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.mqtt3.lifecycle.Mqtt3ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.Relay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The HiveMQ client, in this JVM; a {@link Relay} cuts its connection where others close their socket. */
final class HiveMqtt implements MqttLink {

    private final Relay relay;
    private final HiveMqttClient client;
    private final BlockingQueue<MqttMessage> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> connects = new LinkedBlockingQueue<>();
    private final boolean sessionPresent;

    HiveMqtt(InetSocketAddress broker, MqttFlavour flavour, MqttConnect connect) {
        relay = Relay.to(broker);
        MqttClientBuilder builder = MqttClient.builder()
                .identifier(connect.clientId())
                .serverAddress(relay.address())
                .addConnectedListener(context -> connects.add(isSessionPresent(context)));
        if (connect.returning()) {
            builder = builder.automaticReconnect()
                    .initialDelay(MqttConnect.RETURN_MILLIS, TimeUnit.MILLISECONDS)
                    .maxDelay(MqttConnect.RETURN_MILLIS, TimeUnit.MILLISECONDS)
                    .applyAutomaticReconnect();
        }
        client = flavour.is5() ? new HiveMqtt5(builder, messages::add) : new HiveMqtt3(builder, messages::add);
        sessionPresent = Await.get("CONNACK", client.connect(connect));
        awaitReturn(); // the listener has heard of this one too
    }

    private static boolean isSessionPresent(MqttClientConnectedContext context) {
        return context instanceof Mqtt5ClientConnectedContext five
                ? five.getConnAck().isSessionPresent()
                : ((Mqtt3ClientConnectedContext) context).getConnAck().isSessionPresent();
    }

    @Override
    public boolean sessionPresent() {
        return sessionPresent;
    }

    @Override
    public boolean awaitReturn() {
        return Await.poll(connects, RECEIVE_LIMIT).orElseThrow(() -> new AssertionError("it does not connect again"));
    }

    @Override
    public int subscribe(MqttSubscribe subscription) {
        return Await.get("SUBACK", client.subscribe(subscription));
    }

    @Override
    public void unsubscribe(String filter) {
        Await.get("UNSUBACK", client.unsubscribe(filter));
    }

    @Override
    public CompletableFuture<Integer> publish(MqttMessage message) {
        return client.publish(message);
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
        Await.until("the client has noticed", () -> !client.isConnected());
    }

    @Override
    public void close() {
        if (client.isConnected()) disconnect();
        else relay.close();
    }
}
