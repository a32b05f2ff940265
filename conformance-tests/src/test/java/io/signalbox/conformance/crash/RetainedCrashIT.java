package io.signalbox.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** kill -9 while retained messages are published, and while they are sent to a session that stays. */
final class RetainedCrashIT {

    private static final int TOPICS = 1_000;
    private static final long RECEIVE_SECONDS = 20;

    private static Mqtt5BlockingClient client(BrokerProcess broker, String identifier) {
        return MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .useMqttVersion5()
                .buildBlocking();
    }

    /** Publishes round after round until the connection ends; what was answered, by topic: the number of its round. */
    private static Map<String, Integer> publishUntilKilled(BrokerProcess broker, int answersBeforeTheKill) {
        Map<String, Integer> answered = new ConcurrentHashMap<>();
        Mqtt5BlockingClient publisher = client(broker, "publisher");
        publisher.connect();
        List<CompletableFuture<?>> published = new ArrayList<>();
        for (int i = 0; i < answersBeforeTheKill * 2; i++) {
            String topic = "crash/" + i % TOPICS;
            int round = i / TOPICS;
            published.add(publisher
                    .toAsync()
                    .publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(true)
                    .payload(Integer.toString(round).getBytes(UTF_8))
                    .send()
                    .thenAccept(answer -> answered.merge(topic, round, Math::max)));
            if (i == answersBeforeTheKill)
                published
                        .get(i / 2)
                        .orTimeout(RECEIVE_SECONDS, TimeUnit.SECONDS)
                        .join();
        }
        broker.kill();
        return Map.copyOf(answered);
    }

    @Test
    void whatWasAcknowledgedIsRetainedAfterAKill() throws Exception {
        BrokerOptions options = BrokerOptions.fresh().onUsualJvm();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            Map<String, Integer> answered = publishUntilKilled(broker, 3 * TOPICS);
            assertTrue(answered.size() > 100, answered.size() + " topics were answered");
            broker = broker.restart();
            Map<String, Integer> retained = readRetained(broker, answered.size());
            answered.forEach((topic, round) -> assertTrue(
                    retained.getOrDefault(topic, -1) >= round,
                    topic + " has " + retained.get(topic) + ", answered was " + round));
        } finally {
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    private static Map<String, Integer> readRetained(BrokerProcess broker, int atLeast) throws InterruptedException {
        Mqtt5BlockingClient subscriber = client(broker, "reader");
        subscriber.connect();
        Map<String, Integer> retained = new TreeMap<>();
        try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
            subscriber
                    .subscribeWith()
                    .topicFilter("crash/#")
                    .qos(MqttQos.AT_MOST_ONCE)
                    .send();
            for (int i = 0; i < atLeast; i++) keep(receive(publishes), retained);
            var more = publishes.receive(300, TimeUnit.MILLISECONDS);
            while (more.isPresent()) {
                keep(more.get(), retained);
                more = publishes.receive(300, TimeUnit.MILLISECONDS);
            }
        }
        subscriber.disconnect();
        return retained;
    }

    private static void keep(Mqtt5Publish message, Map<String, Integer> retained) {
        assertTrue(message.isRetain());
        retained.put(message.getTopic().toString(), Integer.parseInt(new String(message.getPayloadAsBytes(), UTF_8)));
    }

    private static Mqtt5Publish receive(Mqtt5Publishes publishes) throws InterruptedException {
        return publishes
                .receive(RECEIVE_SECONDS, TimeUnit.SECONDS)
                .orElseThrow(() -> new AssertionError("no message within " + RECEIVE_SECONDS + " s"));
    }

    /** §4.1: the messages a new subscription waits for are part of its session. */
    @Test
    void aSessionGetsEachRetainedMessageThoughTheBrokerIsKilledMeanwhile() throws Exception {
        BrokerOptions options = BrokerOptions.fresh().onUsualJvm();
        BrokerProcess broker = BrokerProcess.start(options);
        try {
            Mqtt5BlockingClient publisher = client(broker, "publisher");
            publisher.connect();
            for (int i = 0; i < TOPICS; i++) {
                publisher
                        .publishWith()
                        .topic("crash/" + i)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retain(true)
                        .payload("x".getBytes(UTF_8))
                        .send();
            }
            Set<String> received = new TreeSet<>();
            Mqtt5BlockingClient subscriber = client(broker, "staying");
            try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL, true)) {
                assertFalse(resume(subscriber));
                subscriber
                        .subscribeWith()
                        .topicFilter("crash/#")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
                take(publishes, received, TOPICS / 3);
                broker.kill();
            }
            broker = broker.restart();
            subscriber = client(broker, "staying");
            try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL, true)) {
                assertTrue(resume(subscriber));
                take(publishes, received, TOPICS);
            }
            assertEquals(TOPICS, received.size());
        } finally {
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    private static boolean resume(Mqtt5BlockingClient client) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(600)
                .restrictions()
                .receiveMaximum(20)
                .applyRestrictions()
                .send()
                .isSessionPresent();
    }

    /** Receives until there are so many topics, and acknowledges what it has counted and nothing else. */
    private static void take(Mqtt5Publishes publishes, Set<String> received, int wanted) throws InterruptedException {
        while (received.size() < wanted) {
            Mqtt5Publish next = receive(publishes);
            received.add(next.getTopic().toString());
            next.acknowledge();
        }
    }
}
