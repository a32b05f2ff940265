package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.mqtt.codec.Bytes;
import io.signalbox.mqtt.codec.PublishBody;
import io.signalbox.testkit.Clause;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Queues by name, as {@code $queue/<name>}, on the wire. */
class NamedQueueTest {

    private static final String SUBSCRIBE = "82 0e 00 01 00 00 08 '$queue/q' 01";
    private static final String SUBACK = "90 04 00 01 00 01";

    private static TestClient consumer(TestServer server, String clientId) throws Exception {
        return server.client().connectV5(clientId).send(SUBSCRIBE).expect(SUBACK);
    }

    private static void publish(TestClient publisher, String... payloads) throws Exception {
        for (String payload : payloads) {
            publisher.send("32 0d 00 08 '$queue/q' 00 07 '" + payload + "'").expect("40 02 00 07");
        }
    }

    private static String message(int packetId, String payload) {
        return "32 0e 00 08 '$queue/q' 00 0" + packetId + " 00 '" + payload + "'";
    }

    private static MessageQueue queue(TestServer server) {
        return server.broker.defaultVirtualHost().queue("q").orElseThrow();
    }

    @Test
    void aPublishMakesTheQueueWhichKeepsTheMessageUntilSomeoneHasIt() throws Exception {
        try (TestServer server = TestServer.start()) {
            publish(server.client().connectV3("p"), "1", "2");
            assertTrue(queue(server).settings().durable());
            assertEquals("p", queue(server).settings().creator());
            assertEquals(2, queue(server).status().ready());
            TestClient a = consumer(server, "a");
            a.expect(message(1, "1")).expect(message(2, "2")).send("40 02 00 01 40 02 00 02");
            a.expectNothingElse();
            assertEquals(0, queue(server).status().unsettled());
        }
    }

    /** MQTT-3.8.4-8: nothing comes with more than it was published with. */
    @Test
    void whatWasPublishedAtMostOnceComesAtMostOnce() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            server.client().connectV3("p").send("30 0b 00 08 '$queue/q' '1'");
            a.expect("30 0c 00 08 '$queue/q' 00 '1'").expectNothingElse();
            server.waitUntil(() -> queue(server).status().unsettled() == 0);
            assertEquals(0, queue(server).status().ready());
        }
    }

    @Test
    void consumersCompete() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            TestClient b = consumer(server, "b");
            publish(server.client().connectV3("p"), "1", "2", "3", "4");
            a.expect(message(1, "1")).expect(message(2, "3")).expectNothingElse();
            b.expect(message(1, "2")).expect(message(2, "4")).expectNothingElse();
        }
    }

    @Test
    void whatIsNotAcknowledgedReturnsAndIsMarked() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            publish(server.client().connectV3("p"), "1");
            a.expect(message(1, "1")).close();
            server.waitUntilDisconnected(1);
            assertEquals(1, queue(server).status().ready());
            consumer(server, "b").expect("3a 0e 00 08 '$queue/q' 00 01 00 '1'");
        }
    }

    @Test
    void aNegativeAcknowledgementRejects() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            publish(server.client().connectV3("p"), "1");
            a.expect(message(1, "1")).send("40 03 00 01 99").expectNothingElse();
            assertEquals(1, queue(server).status().rejected());
        }
    }

    @Test
    void qos0IsTakenInMemoryAndNotAnswered() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3("p")
                    .send("30 0b 00 08 '$queue/q' '1'")
                    .send("30 0b 00 08 '$queue/q' '2'")
                    .expectNothingElse();
            assertEquals(2, queue(server).status().ready());
            TestClient a = server.client()
                    .connectV5("a")
                    .send("82 0e 00 01 00 00 08 '$queue/q' 00")
                    .expect("90 04 00 01 00 00");
            a.expect("30 0c 00 08 '$queue/q' 00 '1'")
                    .expect("30 0c 00 08 '$queue/q' 00 '2'")
                    .expectNothingElse();
            assertEquals(0, queue(server).status().unsettled());
        }
    }

    @Test
    void theSubscriptionComesBackWithItsSession() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5Persistent("a", 0)
                    .send(SUBSCRIBE)
                    .expect(SUBACK)
                    .close();
            server.waitUntilDisconnected(1);
            assertEquals(0, queue(server).status().consumers());
            publish(server.client().connectV3("p"), "1");
            TestClient again = server.client().connectV5Persistent("a", 1).expect(message(1, "1"));
            again.send("40 02 00 01 a2 0d 00 02 00 00 08 '$queue/q'").expect("b0 04 00 02 00 00");
            assertEquals(0, queue(server).status().consumers());
        }
    }

    @Test
    void aConsumerHearsThatItsQueueWasRemovedAndGetsANewOneWhenItComesBack() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a =
                    server.client().connectV5Persistent("a", 0).send(SUBSCRIBE).expect(SUBACK);
            server.onLoop(loop -> server.broker.defaultVirtualHost().deleteQueue(loop, "q"));
            a.expectDisconnect("98").expectClosed();
            TestClient again = server.client().connectV5Persistent("a", 1).expectNothingElse();
            publish(server.client().connectV3("p"), "1");
            again.expect(message(1, "1"));
        }
    }

    /** A queue that was made for a link goes with it. Who shared it hears so, and nobody takes its messages for it meanwhile. */
    @Test
    void aClientWhoseQueueIsGoneForGoodHearsSoWhenItComesBackAndLeavesNothingBehind() throws Exception {
        try (TestServer server = TestServer.start()) {
            String name = QueueSettings.OF_A_LINK + UUID.randomUUID();
            var host = server.broker.defaultVirtualHost();
            server.onLoop(loop -> host.declareQueue(loop, QueueSettings.durable(name, "test")));
            server.client()
                    .connectV5Persistent("a", 0)
                    .send("82 47 00 01 00 00 03 'own' 01 00 3b '$queue/" + name + "' 01")
                    .expect("90 05 00 01 00 01 01")
                    .close();
            server.waitUntilDisconnected(1);
            server.onLoop(loop -> host.deleteQueue(loop, name));
            TestClient again = server.client().connectV5Persistent("a", 1);
            server.waitUntilDisconnected(2);
            MessageQueue own = host.queues().iterator().next();
            assertEquals(QueueSettings.Purpose.SESSION, own.settings().purpose());
            assertEquals(0, own.status().consumers());
            again.expectDisconnect("80").expectClosed();
        }
    }

    /** What a bound queue got from a topic comes under the queue's name (MQTT-3.3.2-3) and says where it came from. */
    @Clause("MQTT-3.3.2-3")
    @Test
    void aMessageOfATopicSaysWhatItWasPublishedTo() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            server.onLoop(loop -> server.broker.defaultVirtualHost().bind(loop, "topics", "q", "t/#"));
            server.client().connectV3("p").send("32 08 00 03 't/u' 00 07 'x'").expect("40 02 00 07");
            a.expect("32 27 00 08 '$queue/q' 00 01 19 26 00 11 'signalbox.address' 00 03 't/u' 'x'");
        }
    }

    @Test
    void namesThatNoQueueCanHaveAreRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = server.client().connectV5("a");
            a.send("82 21 00 01 00 00 08 '$queue/+' 01 00 07 '$queue/' 01 00 06 '$queue' 01")
                    .expectSubAck("00 01", "8f 8f 01", "filter 1: ");
            a.send("32 0d 00 07 '$queue/' 00 01 00 'x'").expectPacket("40");
            String temporary = "temporary-queue-00000000-0000-0000-0000-000000000000";
            a.send("82 41 00 02 00 00 3b '$queue/" + temporary + "' 01").expectSubAck("00 02", "8f", "filter 1: ");
            assertEquals(
                    0,
                    server.broker.defaultVirtualHost().queues().stream()
                            .filter(q -> q.settings().purpose() == QueueSettings.Purpose.SHARED)
                            .count());
        }
    }

    @Test
    void theQueueOfAnotherSessionIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.onLoop(loop ->
                    server.broker.defaultVirtualHost().declareQueue(loop, QueueSettings.session("q", false, "b")));
            TestClient a = server.client().connectV5("a");
            a.send(SUBSCRIBE).expectSubAck("00 01", "8f", "filter 1: ");
            a.send("32 0e 00 08 '$queue/q' 00 01 00 'x'").expectPacket("40");
            a.send("30 0c 00 08 '$queue/q' 00 'x'").expectPacket("e0").expectClosed();
        }
    }

    /** The order of arrival is kept, also where a queue is made between. */
    @Test
    void answersKeepTheirOrderWhileAQueueIsMade() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = server.client().connectV5("a");
            a.send("32 0e 00 08 '$queue/q' 00 01 00 'x'" + "32 07 00 01 't' 00 02 00 'y'" + SUBSCRIBE)
                    .expect("40 02 00 01 40 03 00 02 10");
            a.expectInAnyOrder(SUBACK, message(1, "x")).expectNothingElse();
        }
    }

    /** Another protocol's message has the queue's name as its address. */
    @Test
    void aMessageThatWasSentToTheQueueHasNothingToAdd() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = consumer(server, "a");
            Envelope envelope = Envelope.of("q", true, 0);
            Message message = new Message(envelope, MqttFormat.INSTANCE, PublishBody.ofPayload(Bytes.of("'x'")));
            MessageQueue queue = queue(server);
            server.onLoop(loop -> queue.enqueue(message, 0, 0, loop));
            a.expect(message(1, "x"));
        }
    }
}
