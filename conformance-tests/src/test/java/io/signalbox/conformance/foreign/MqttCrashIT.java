package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import io.signalbox.conformance.process.Relay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions of every client over a kill -9 of the broker, which comes back on its ports. Nothing acknowledged is lost; what is
 * of QoS 2 comes exactly once and in order, whatever was under way.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MqttCrashIT {

    private static final int MESSAGES = 500;

    /** What the broker has under way to one client at most; the others wait in its queue. */
    private static final int WINDOW = 256;

    /** PUBCOMP for an identifier that the broker knows as free: no error in recovery (MQTT 5.0 §3.7.2.1). */
    private static final int ENDED_BEFORE = 0x92;

    /** A session knows nothing of the transport, so these flavours are in one test only. */
    private static final String WEB_SOCKET = ".*_WEB_SOCKET";

    @RegisterExtension
    final MqttLinks links = new MqttLinks("crash");

    private final BrokerOptions options = BrokerOptions.fresh().onKeptPorts();
    private BrokerProcess broker;

    @BeforeAll
    void start() {
        broker = BrokerProcess.start(options);
    }

    @BeforeEach
    void meet() {
        if (!broker.isAlive()) broker = broker.restart(); // the test before has failed between kill and restart
        links.meet(broker);
    }

    @AfterAll
    void stop() {
        broker.close();
        BrokerProcess.deleteData(options.dataDirectory());
    }

    private void restart() {
        broker = broker.restart();
        links.meet(broker);
    }

    private MqttConnect returning(MqttFlavour flavour, String role) {
        return MqttConnect.keeping(links.id(flavour, role)).andReturning();
    }

    private static List<String> payloads(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    /** Publishes without waiting. */
    private static List<CompletableFuture<Integer>> publish(MqttLink publisher, String topic, List<String> payloads) {
        return payloads.stream()
                .map(payload -> publisher.publish(MqttMessage.of(topic, 2, payload)))
                .toList();
    }

    private static void awaitAnswers(List<CompletableFuture<Integer>> answers) {
        for (CompletableFuture<Integer> answer : answers) assertEquals(0, Await.get("the answer to a publish", answer));
    }

    private static boolean isAnyDone(List<CompletableFuture<Integer>> answers) {
        return answers.stream().anyMatch(CompletableFuture::isDone);
    }

    private double publishesSent() {
        try {
            return Metrics.of(broker.http()).value("signalbox_mqtt_publishes_sent_total");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while reading metrics", e);
        }
    }

    @Tag("campaign")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = WEB_SOCKET)
    void whatWaitsForASessionComesAfterTheKill(MqttFlavour flavour) {
        String topic = links.topic(flavour);
        MqttLink before = links.keeping(flavour, "subscriber");
        before.subscribe(topic + "/1", 1);
        before.subscribe(topic + "/2", 2);
        before.disconnect();
        MqttLink publisher = links.clean(flavour, "publisher");
        List<String> sent = payloads(0, 30);
        for (String payload : sent) {
            for (int qos = 1; qos <= 2; qos++) {
                assertEquals(0, publisher.publishAnswered(MqttMessage.of(topic + "/" + qos, qos, payload)));
            }
        }
        publisher.disconnect();
        broker.kill();
        restart();
        MqttLink after = links.keeping(flavour, "subscriber");
        assertTrue(after.sessionPresent());
        Received received = Received.from(after, 2 * sent.size());
        assertEquals(sent, received.at(1)); // MQTT-4.6.0-6
        assertEquals(sent, received.at(2));
        after.assertNothingMore();
    }

    @Tag("campaign")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = WEB_SOCKET)
    void aSubscriberWithAFullWindowGetsEachOnce(MqttFlavour flavour) {
        String topic = links.topic(flavour);
        List<String> sent = payloads(0, MESSAGES);
        try (Relay network = Relay.to(flavour.entrance(broker))) {
            MqttLink subscriber = links.connect(flavour, network.address(), returning(flavour, "subscriber"));
            subscriber.subscribe(topic, 2);
            network.hold(Relay.Direction.TO_BROKER); // no PUBREC arrives
            double sentBefore = publishesSent();
            MqttLink publisher = links.clean(flavour, "publisher");
            awaitAnswers(publish(publisher, topic, sent));
            publisher.disconnect();
            Await.until("a full window is under way", () -> publishesSent() - sentBefore == WINDOW);
            broker.kill();
            network.cut();
            restart();
            assertTrue(subscriber.awaitReturn());
            assertEquals(sent, subscriber.receivePayloads(MESSAGES)); // MQTT-4.4.0-1, MQTT-4.6.0-1
            subscriber.assertNothingMore();
            subscriber.disconnect();
        }
    }

    @Tag("campaign")
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = WEB_SOCKET)
    void aPublisherWithFiveHundredUnderWayPublishesEachOnce(MqttFlavour flavour) {
        String topic = links.topic(flavour);
        List<String> sent = payloads(0, MESSAGES);
        try (Relay network = Relay.to(flavour.entrance(broker))) {
            MqttLink subscriber = links.connect(flavour, returning(flavour, "subscriber"));
            subscriber.subscribe(topic, 2);
            MqttLink publisher = links.connect(flavour, network.address(), returning(flavour, "publisher"));
            // The broker takes the first half, and the publisher does not hear of it; the other half does not get
            // there.
            network.hold(Relay.Direction.TO_CLIENT);
            List<CompletableFuture<Integer>> answers =
                    new ArrayList<>(publish(publisher, topic, payloads(0, MESSAGES / 2)));
            List<String> received = subscriber.receivePayloads(MESSAGES / 2);
            network.hold(Relay.Direction.TO_BROKER);
            answers.addAll(publish(publisher, topic, payloads(MESSAGES / 2, MESSAGES)));
            assertFalse(isAnyDone(answers));
            broker.kill();
            network.cut();
            restart();
            assertTrue(subscriber.awaitReturn());
            assertTrue(publisher.awaitReturn());
            awaitAnswers(answers);
            received.addAll(subscriber.receivePayloads(MESSAGES / 2));
            assertEquals(sent, received); // MQTT-4.3.3-10, MQTT-4.6.0-5
            subscriber.assertNothingMore();
            publisher.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKillInFullFlowLosesAndRepeatsNothing(MqttFlavour flavour) {
        String topic = links.topic(flavour);
        // The relay spares them attempts in vain: Paho for Python forgets with the second one that it has sent PUBREL.
        try (Relay network = Relay.to(flavour.entrance(broker))) {
            MqttLink subscriber = links.connect(flavour, network.address(), returning(flavour, "subscriber"));
            subscriber.subscribe(topic + "/1", 1);
            subscriber.subscribe(topic + "/2", 2);
            MqttLink publisher = links.connect(flavour, network.address(), returning(flavour, "publisher"));
            List<String> sent = payloads(0, MESSAGES / 2);
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (String payload : sent) {
                for (int qos = 1; qos <= 2; qos++) {
                    answers.add(publisher.publish(MqttMessage.of(topic + "/" + qos, qos, payload)));
                }
            }
            Received received = Received.from(subscriber, MESSAGES / 5);
            broker.kill();
            long open = answers.stream().filter(answer -> !answer.isDone()).count();
            System.out.printf("%s: killed with %d of %d publishes unanswered%n", flavour, open, answers.size());
            restart();
            assertTrue(subscriber.awaitReturn());
            assertTrue(publisher.awaitReturn());
            for (CompletableFuture<Integer> answer : answers) {
                int reason = Await.get("the answer to a publish", answer);
                assertTrue(reason == 0 || reason == ENDED_BEFORE, "answered with " + reason);
            }
            received.takeUntil(subscriber, sent);
            assertEquals(sent, received.at(2));
            // QoS 1: what was not acknowledged at the kill may come twice, and still in order (MQTT-4.6.0-6)
            assertEquals(sent, received.at(1).stream().distinct().toList());
            subscriber.disconnect();
            publisher.disconnect();
        }
    }
}
