package io.signalbox.conformance.disk;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Publishes at QoS 1 over MQTT and receives in a persistent session. Publishes from a thread of its own. */
final class MqttPump implements AutoCloseable {

    private static final int IN_FLIGHT = 128;
    private static final long SESSION_SECONDS = 86_400;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Mqtt5AsyncClient publisher;
    private final Mqtt5BlockingClient subscriber;
    private final String topic;
    private final byte[] body;
    private final long messages;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    MqttPump(BrokerProcess broker, String topic, byte[] body, long messages) {
        this.topic = topic;
        this.body = body;
        this.messages = messages;
        subscriber = client(broker, "pump-subscriber").toBlocking();
        subscriber.toAsync().publishes(MqttGlobalPublishFilter.ALL, publish -> {
            if (received.incrementAndGet() == messages) done.complete(null);
        });
        subscriber
                .connectWith()
                .cleanStart(true)
                .sessionExpiryInterval(SESSION_SECONDS)
                .send();
        subscriber.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
        publisher = client(broker, "pump-publisher");
        publisher.toBlocking().connect();
        Thread thread = new Thread(this::publish, "mqtt pump");
        thread.setDaemon(true);
        thread.start();
    }

    private Mqtt5AsyncClient client(BrokerProcess broker, String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .addDisconnectedListener(context -> done.completeExceptionally(
                        new AssertionError("MQTT ended: " + context.getCause().getMessage())))
                .useMqttVersion5()
                .buildAsync();
    }

    private void publish() {
        long sent = 0;
        while (sent < messages && !done.isDone()) {
            if (sent - answered.get() < IN_FLIGHT && sent - received.get() < 4 * IN_FLIGHT) {
                sent++;
                var unused = publisher
                        .publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(body)
                        .send()
                        .whenComplete(this::answered);
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void answered(Mqtt5PublishResult result, Throwable failure) {
        Throwable error = failure == null ? result.getError().orElse(null) : failure;
        if (error == null) {
            answered.incrementAndGet();
        } else {
            done.completeExceptionally(error);
        }
    }

    /** Messages published with an answer and received. */
    long through() {
        return Math.min(answered.get(), received.get());
    }

    /** Completes when all messages have gone through. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Disconnects both and ends the subscriber's session. */
    @Override
    public void close() {
        publisher.toBlocking().disconnect();
        subscriber.disconnectWith().sessionExpiryInterval(0).send();
    }
}
