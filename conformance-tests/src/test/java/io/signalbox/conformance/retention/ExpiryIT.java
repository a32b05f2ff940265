package io.signalbox.conformance.retention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Messages with an AMQP ttl or an MQTT Message Expiry Interval, in queues without a consumer and for sessions that are away: they
 * go within some seconds of their time, across a kill -9 too, and their disk is used again.
 */
final class ExpiryIT {

    private static final int IN_QUEUE = 200;
    private static final int FOR_SESSION = 50;
    private static final int TTL_SECONDS = 4;
    private static final int BODY_BYTES = 64 << 10;
    private static final long SESSION_SECONDS = 3600;

    /** An expiry is rounded up to a second and looked at four times in one; the rest is for a busy machine. */
    private static final Duration LATEST = Duration.ofSeconds(TTL_SECONDS + 10);

    private BrokerProcess broker;

    @BeforeEach
    void start() {
        broker = BrokerProcess.start(BrokerOptions.fresh().with("data.segment-size", "4MiB"));
        broker.control().addQueue("expiring");
    }

    @AfterEach
    void stop() {
        broker.close();
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    @Test
    void theyGoWithoutAConsumer() throws Exception {
        long begun = System.nanoTime();
        publishAll();
        long depth = broker.control().depth("expiring");
        boolean anyIsDue = System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(TTL_SECONDS);
        assertTrue(anyIsDue || depth == IN_QUEUE + 1, depth + " messages before the first is due");
        awaitThatOneIsLeftInEach();
        assertEquals(IN_QUEUE + FOR_SESSION, metric("signalbox_queue_messages_expired"));
        assertOnlyTheLastIsDelivered();
    }

    @Test
    void theyGoAlsoIfTheBrokerWasKilledMeanwhile() throws Exception {
        publishAll();
        broker.kill();
        broker = broker.restart();
        awaitThatOneIsLeftInEach();
        broker.kill(); // what has gone does not come back
        broker = broker.restart();
        assertOnlyTheLastIsDelivered();
    }

    @Test
    void theirDiskIsUsedAgain() throws Exception {
        long most = 0;
        long published = 0;
        for (int round = 0; round < 6; round++) {
            send("expiring", 640, 500);
            published += 640L * BODY_BYTES;
            Await.until("they are gone", () -> broker.control().depth("expiring") == 0);
            most = Math.max(most, (long) metric("signalbox_store_disk_bytes"));
        }
        System.out.printf("%d MiB expired; the disk had at most %d MiB%n", published >> 20, most >> 20);
        assertTrue(most < published / 2, most + " bytes for " + published);
    }

    private void publishAll() throws Exception {
        Mqtt5BlockingClient subscriber = MqttClients.mqtt5(broker, "away");
        subscriber.connectWith().sessionExpiryInterval(SESSION_SECONDS).send();
        subscriber
                .subscribeWith()
                .topicFilter("expiring/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        subscriber.disconnect();
        Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "publisher");
        publisher.connect();
        for (int i = 0; i < FOR_SESSION; i++) publisher.publish(publish("no", true));
        publisher.publish(publish("stays", false));
        publisher.disconnect();
        send("expiring", IN_QUEUE, TTL_SECONDS * 1000L);
        send("expiring", 1, 0);
    }

    private static Mqtt5Publish publish(String text, boolean expires) {
        var publish = Mqtt5Publish.builder()
                .topic("expiring/topic")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(text.getBytes(UTF_8));
        return expires ? publish.messageExpiryInterval(TTL_SECONDS).build() : publish.build();
    }

    private void send(String queue, int count, long ttlMillis) throws Exception {
        Answers answers = new Answers();
        try (Connection connection = JmsClient.connect(broker)) {
            Session session = connection.createSession();
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            producer.setTimeToLive(ttlMillis);
            for (int i = 0; i < count; i++) {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(new byte[BODY_BYTES]);
                producer.send(message, answers);
            }
            answers.await(count);
        }
    }

    /** Of messages that are sent without waiting for each. */
    private static final class Answers implements CompletionListener {
        private final Semaphore accepted = new Semaphore(0);
        private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

        @Override
        public void onCompletion(Message message) {
            accepted.release();
        }

        @Override
        public void onException(Message message, Exception failure) {
            failures.add(failure);
        }

        void await(int count) throws InterruptedException {
            boolean all = accepted.tryAcquire(count, 60, TimeUnit.SECONDS);
            assertTrue(all, accepted.availablePermits() + " of " + count + " accepted: " + failures);
        }
    }

    private void awaitThatOneIsLeftInEach() {
        Await.until("all but one have gone from each", LATEST, () -> metric("signalbox_queue_messages_ready") == 2);
        assertEquals(1, broker.control().depth("expiring"));
    }

    private double metric(String name) {
        try {
            return Metrics.of(broker.http()).value(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void assertOnlyTheLastIsDelivered() throws Exception {
        try (Connection connection = JmsClient.connect(broker)) {
            Session session = connection.createSession();
            var consumer = session.createConsumer(session.createQueue("expiring"));
            assertTrue(consumer.receive(10_000) != null);
            assertTrue(consumer.receive(200) == null);
        }
        Mqtt5BlockingClient subscriber = MqttClients.mqtt5(broker, "away");
        try (var publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
            subscriber
                    .connectWith()
                    .cleanStart(false)
                    .sessionExpiryInterval(SESSION_SECONDS)
                    .send();
            Mqtt5Publish first = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
            assertEquals("stays", new String(first.getPayloadAsBytes(), UTF_8));
            assertTrue(publishes.receive(200, TimeUnit.MILLISECONDS).isEmpty());
        }
        subscriber.disconnect();
    }
}
