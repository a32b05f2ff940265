package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.queue.QueueStatus;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** To the client: PUBLISH, PUBREC, PUBREL, PUBCOMP, and every gap between them (§4.3.3). */
class Qos2OutboundTest {

    private static final String SUBSCRIBE = "82 06 00 01 00 01 't' 02";
    private static final String SUBACK = "90 03 00 01 02";

    private static void publish(TestServer server, String payload) throws Exception {
        server.client()
                .connectV3("publisher")
                .send("34 06 00 01 't' 00 01 '" + payload + "'")
                .expect("50 02 00 01")
                .send("62 02 00 01")
                .expect("70 02 00 01")
                .close();
    }

    private static TestClient subscriber(TestServer server) throws Exception {
        return server.client().connectV3Persistent("s", 0).send(SUBSCRIBE).expect(SUBACK);
    }

    private static QueueStatus queue(TestServer server) {
        return server.broker.defaultVirtualHost().queues().iterator().next().status();
    }

    private static int storedPackets(TestServer server) {
        return server.store.table("mqtt.packets").size();
    }

    /** MQTT-4.3.3-1 to -5, and nothing is left of it. */
    @Test
    void aMessageIsHandedOverInFourSteps() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            publish(server, "a");
            subscriber.expect("34 06 00 01 't' 00 01 'a'");
            assertEquals(1, storedPackets(server));
            subscriber.send("50 02 00 01").expect("62 02 00 01");
            assertEquals(1, queue(server).settled());
            subscriber.send("70 02 00 01").expectNothingElse();
            assertEquals(0, storedPackets(server));
            assertEquals(0, server.store.storedMessages());
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** Of a session that ends with its connection nothing is stored. */
    @Test
    void aSessionThatEndsWithItsConnectionStoresNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber =
                    server.client().connectV3("s").send(SUBSCRIBE).expect(SUBACK);
            publish(server, "a");
            server.store.hold();
            subscriber.expect("34 06 00 01 't' 00 01 'a'");
            assertEquals(0, storedPackets(server));
            subscriber
                    .send("50 02 00 01")
                    .expect("62 02 00 01")
                    .send("70 02 00 01")
                    .expectNothingElse();
        }
    }

    /** After a crash we would not know what the client has. */
    @Test
    void noPublishLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            subscriber(server).close();
            server.waitUntilDisconnected(1);
            publish(server, "a");
            server.store.hold();
            TestClient subscriber =
                    server.client().sendConnect("04 'MQTT' 04 00 00 00", "s").expectSilence(100);
            server.store.release();
            subscriber.expect("20 02 01 00").expect("34 06 00 01 't' 00 01 'a'");
        }
    }

    /** The message itself was forced, and the identifier was not. */
    @Test
    void aPublishWaitsForTheForceOfItsIdentifier() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.outboundWindow = 1))) {
            TestClient subscriber = subscriber(server);
            publish(server, "a");
            publish(server, "b");
            subscriber.expect("34 06 00 01 't' 00 01 'a'").send("50 02 00 01").expect("62 02 00 01");
            server.store.hold();
            subscriber.send("70 02 00 01");
            server.waitUntil(() -> server.store
                    .table("mqtt.packets")
                    .get("default\0s\0s\0002".getBytes(StandardCharsets.UTF_8))
                    .isPresent());
            subscriber.expectNothingElse();
            server.store.release();
            subscriber.expect("34 06 00 01 't' 00 02 'b'");
        }
    }

    /** The client forgets the identifier with the PUBREL, so we must not send it the message again. */
    @Test
    void noPubrelLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            publish(server, "a");
            subscriber.expect("34 06 00 01 't' 00 01 'a'");
            server.store.hold();
            subscriber.send("50 02 00 01").send("50 02 00 01").expectNothingElse();
            server.store.release();
            subscriber.expect("62 02 00 01").send("50 02 00 01").expect("62 02 00 01");
            subscriber.send("70 02 00 01").expectNothingElse();
        }
    }

    /** MQTT-4.4.0-1, MQTT-4.6.0-1, MQTT-3.3.1-1: again in order, with DUP and the same identifiers; so is PUBREL. */
    @Test
    void aNewConnectionGoesOnWhereTheOldOneEnded() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient first = subscriber(server);
            for (String payload : new String[] {"a", "b", "c", "d"}) publish(server, payload);
            first.expect("34 06 00 01 't' 00 01 'a'")
                    .expect("34 06 00 01 't' 00 02 'b'")
                    .expect("34 06 00 01 't' 00 03 'c'")
                    .expect("34 06 00 01 't' 00 04 'd'");
            first.send("50 02 00 03").expect("62 02 00 03");
            first.send("50 02 00 01").expect("62 02 00 01").close();
            server.waitUntilDisconnected(5);
            publish(server, "e");
            TestClient second = server.client().connectV3Persistent("s", 1);
            second.expect("62 02 00 03").expect("62 02 00 01"); // MQTT-4.6.0-4
            second.expect("3c 06 00 01 't' 00 02 'b'").expect("3c 06 00 01 't' 00 04 'd'");
            second.expectPacket("34");
            second.send("70 02 00 01 70 02 00 03 50 02 00 02 50 02 00 04")
                    .expect("62 02 00 02")
                    .expect("62 02 00 04")
                    .send("70 02 00 02 70 02 00 04")
                    .expectNothingElse();
            assertEquals(1, storedPackets(server));
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** PUBREC was heard, and the connection ended before the force. */
    @Test
    void aTakeoverBeforeTheForceSendsThePubrelAndNotTheMessage() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient first = subscriber(server);
            publish(server, "a");
            first.expect("34 06 00 01 't' 00 01 'a'");
            server.store.hold();
            first.send("50 02 00 01").expectNothingElse();
            TestClient second = server.client().sendConnect("04 'MQTT' 04 00 00 00", "s");
            first.expectClosed();
            second.expectSilence(100);
            server.store.release();
            second.expect("20 02 01 00")
                    .expect("62 02 00 01")
                    .send("70 02 00 01")
                    .expectNothingElse();
            assertEquals(0, storedPackets(server));
        }
    }

    /** A client that did not hear our answers of an earlier session, and one that repeats its PUBCOMP. */
    @Test
    void whatIsNotOnItsWayIsToldSo() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client().connectV5("c");
            client.send("50 02 00 07").expect("62 03 00 07 92");
            client.send("70 02 00 07").expectNothingElse();
            client.send("50 03 00 07 80").expectNothingElse();
            assertEquals(3, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** MQTT-4.4.0-2: a PUBREC that says no is the end of it. */
    @Test
    void aPubrecWithAFailureEndsTheExchange() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 02")
                    .expect("90 04 00 01 00 02");
            publish(server, "a");
            subscriber
                    .expect("34 07 00 01 't' 00 01 00 'a'")
                    .send("50 03 00 01 83")
                    .expectNothingElse();
            assertEquals(1, queue(server).rejected());
            assertEquals(0, storedPackets(server));
            subscriber.close();
            server.waitUntilDisconnected(2);
            server.client().connectV5Persistent("s", 1).expectNothingElse();
        }
    }

    @Test
    void theWrongAcknowledgementEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            publish(server, "a");
            subscriber.expectPacket("34").send("40 02 00 01").expectClosed();
            TestClient again = server.client().connectV3Persistent("s", 1);
            again.expect("3c 06 00 01 't' 00 01 'a'");
        }
    }

    /** §4.9: a message counts until its PUBCOMP. */
    @Test
    void theWindowIsFullUntilThePubcomp() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.outboundWindow = 2))) {
            TestClient subscriber = subscriber(server);
            for (String payload : new String[] {"a", "b", "c"}) publish(server, payload);
            subscriber.expectPacket("34").expectPacket("34").expectNothingElse();
            subscriber.send("50 02 00 01").expect("62 02 00 01").expectNothingElse();
            subscriber.send("70 02 00 01").expect("34 06 00 01 't' 00 03 'c'");
        }
    }

    /** MQTT-4.6.0-6, with all of them in flight at once. */
    @Test
    void fiveHundredInFlightKeepTheirOrder() throws Exception {
        int count = 500;
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.outboundWindow = count))) {
            subscriber(server).close();
            server.waitUntilDisconnected(1);
            TestClient publisher = server.client().connectV3("p");
            for (int i = 1; i <= count; i++) publisher.send(packet("34 06 00 01 't'", i, hex(i & 0x7F)));
            for (int i = 1; i <= count; i++) publisher.expect(packet("50 02", i, ""));
            TestClient subscriber = server.client().connectV3Persistent("s", 1);
            for (int i = 1; i <= count; i++) subscriber.expect(packet("34 06 00 01 't'", i, hex(i & 0x7F)));
            subscriber.close();
            server.waitUntilDisconnected(2);
            TestClient again = server.client().connectV3Persistent("s", 1);
            for (int i = 1; i <= count; i++) again.expect(packet("3c 06 00 01 't'", i, hex(i & 0x7F)));
            for (int i = 1; i <= count; i++) again.send(packet("50 02", i, ""));
            for (int i = 1; i <= count; i++) again.expect(packet("62 02", i, ""));
            for (int i = 1; i <= count; i++) again.send(packet("70 02", i, ""));
            again.expectNothingElse();
            assertEquals(0, storedPackets(server));
        }
    }

    private static String packet(String start, int packetId, String end) {
        return start + String.format(" %04x ", packetId) + end;
    }

    private static String hex(int value) {
        return String.format("%02x", value);
    }

    /** Nothing of it is left in the store when its session is. */
    @Test
    void theEndOfTheSessionEndsAll() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient first = subscriber(server);
            publish(server, "a");
            publish(server, "b");
            first.expectPacket("34").expectPacket("34").send("50 02 00 01").expect("62 02 00 01");
            assertEquals(2, storedPackets(server));
            server.client().connectV3("s").expectNothingElse();
            server.waitUntil(() -> server.store.storedMessages() == 0);
            assertEquals(0, storedPackets(server));
        }
    }

    /** MQTT-3.1.2-25: what is too large for the client is as good as delivered, with either QoS. */
    @Test
    void whatIsTooLargeLeavesNoIdentifierBehind() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .send("10 18 00 04 'MQTT' 05 00 00 00 0a 11 00000e10 27 00000020 00 01 's'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 't' 02")
                    .expect("90 04 00 01 00 02");
            publish(server, "a");
            TestClient publisher = server.client().connectV3("p");
            publisher
                    .send("34 28 00 01 't' 00 07 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'")
                    .expect("50 02 00 07");
            subscriber.expect("34 07 00 01 't' 00 01 00 'a'").expectNothingElse();
            server.waitUntil(() -> storedPackets(server) == 1);
            assertEquals(1, server.listener.counters().droppedTooLarge.sum());
        }
    }
}
