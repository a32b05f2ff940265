package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

/** From the client: PUBLISH, PUBREC, PUBREL, PUBCOMP, and every gap between them (§4.3.3). */
class Qos2InboundTest {

    private static final String PUBLISH = "34 06 00 01 't' 00 07 '1'";
    private static final String PUBLISH_AGAIN = "3c 06 00 01 't' 00 07 '1'";
    private static final String PUBREC = "50 02 00 07";
    private static final String PUBREL = "62 02 00 07";
    private static final String PUBCOMP = "70 02 00 07";
    private static final String DELIVERED = "30 04 00 01 't' '1'";

    private static TestClient subscriber(TestServer server) throws Exception {
        return server.client()
                .connectV3("subscriber")
                .send("82 06 00 01 00 01 't' 00")
                .expect("90 03 00 01 00");
    }

    /** A session whose queue makes the message wait for the force, whoever publishes it. */
    private static void durableTarget(TestServer server) throws Exception {
        server.client()
                .connectV3Persistent("durable", 0)
                .send("82 06 00 01 00 01 't' 01")
                .expect("90 03 00 01 01")
                .close();
        server.waitUntilDisconnected(1);
    }

    private static int storedPackets(TestServer server) {
        return server.store.table("mqtt.packets").size();
    }

    /** MQTT-4.3.3-8 to -12: until PUBREL the identifier is one message, after PUBCOMP another. */
    @Test
    void aMessageIsPublishedOnceUntilItIsReleased() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            publisher.send(PUBLISH).expect(PUBREC).send(PUBLISH_AGAIN).expect(PUBREC);
            publisher.send(PUBREL).expect(PUBCOMP);
            subscriber.expect(DELIVERED).expectNothingElse();
            publisher.send(PUBLISH).expect(PUBREC);
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    /** Also from 3.1.1 clients, which have no receive maximum. */
    @Test
    void whoeverReleasesNothingIsSentAwayBeforeItFillsTheBroker() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            for (int id = 1; id <= ReceivedPackets.MOST; id++) {
                String hex = String.format("%02x %02x", id >> 8, id & 0xff);
                publisher.send("34 06 00 01 't' " + hex + " '1'").expect("50 02 " + hex);
            }
            // What is known may come again; what is new may not, to a queue that has to be made first as little as to a
            // topic.
            publisher.send(PUBLISH_AGAIN).expect(PUBREC);
            publisher.send("34 06 00 01 't' ff ff '1'").expectClosed();
            assertEquals(ReceivedPackets.MOST, storedPackets(server));
            server.client()
                    .connectV3Persistent("p", 1)
                    .send("34 0d 00 08 '$queue/q' ff ff '1'")
                    .expectClosed();
            assertEquals(ReceivedPackets.MOST, storedPackets(server));
        }
    }

    /** What is wrong with a packet that has waited for its queue ends the connection as at any other time. */
    @Test
    void alsoWhereTheMessageIsForAQueueThatHasYetToBeMade() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            for (int id = 1; id <= ReceivedPackets.MOST; id++) {
                String hex = String.format("%02x %02x", id >> 8, id & 0xff);
                publisher.send("34 06 00 01 't' " + hex + " '1'").expect("50 02 " + hex);
            }
            publisher.send("34 0d 00 08 '$queue/q' ff ff '1'").expectClosed();
        }
    }

    /** Also when both come before the first answer. */
    @Test
    void aRepetitionBeforeTheForceIsAnsweredWithTheFirst() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            server.store.hold();
            publisher.send(PUBLISH).send(PUBLISH_AGAIN).expectNothingElse();
            subscriber.expectNothingElse();
            server.store.release();
            publisher.expect(PUBREC).expect(PUBREC).expectNothingElse();
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    /** After a crash before the force nobody must have seen it, since it will come again as a new message. */
    @Clause("MQTT-4.3.3-8")
    @Test
    void neitherThePubrecNorTheMessageLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            durableTarget(server);
            TestClient subscriber = subscriber(server);
            TestClient publisher = server.client().connectV5("p");
            server.store.hold();
            publisher.send("34 07 00 01 't' 00 07 00 '1'").expectNothingElse();
            subscriber.expectNothingElse();
            server.store.release();
            publisher.expect(PUBREC);
            subscriber.expect(DELIVERED);
        }
    }

    /** The client may use the identifier for another message as soon as it has the PUBCOMP. */
    @Test
    void noPubcompLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            publisher.send(PUBLISH).expect(PUBREC);
            server.store.hold();
            publisher.send(PUBREL).send(PUBREL).expectNothingElse();
            server.store.release();
            publisher.expect(PUBCOMP).expect(PUBCOMP).expectNothingElse();
        }
    }

    /** Between PUBLISH and PUBREC: the first connection did not hear the answer, the second does. */
    @Test
    void aTakeoverBeforeTheForceIsAnsweredOnTheNewConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            TestClient first = server.client().connectV3Persistent("p", 0);
            server.store.hold();
            first.send(PUBLISH).expectNothingElse();
            TestClient second = server.client().sendConnect("04 'MQTT' 04 00 00 00", "p");
            first.expectClosed();
            second.send(PUBLISH_AGAIN).expectSilence(100);
            server.store.release();
            second.expect("20 02 01 00").expect(PUBREC).send(PUBREL).expect(PUBCOMP);
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    /** Between PUBREC and PUBREL, and between PUBREL and PUBCOMP. */
    @Test
    void theIdentifierOutlivesTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            TestClient first = server.client().connectV3Persistent("p", 0);
            first.send(PUBLISH).expect(PUBREC).close();
            server.waitUntilDisconnected(1);
            TestClient second = server.client().connectV3Persistent("p", 1);
            second.send(PUBLISH_AGAIN)
                    .expect(PUBREC)
                    .send(PUBREL)
                    .expect(PUBCOMP)
                    .close();
            server.waitUntilDisconnected(2);
            TestClient third = server.client().connectV3Persistent("p", 1);
            third.send(PUBREL).expect(PUBCOMP); // it did not hear the first one
            third.send(PUBLISH).expect(PUBREC); // and this is the next use of the identifier
            subscriber.expect(DELIVERED).expect(DELIVERED).expectNothingElse();
        }
    }

    /** Every gap again, with a restart in it. */
    @Test
    void theIdentifierOutlivesTheProcess() throws Exception {
        TestServer first = TestServer.start();
        first.client().connectV3Persistent("p", 0).send(PUBLISH).expect(PUBREC);
        TestServer second = first.restart();
        TestClient subscriber = subscriber(second);
        TestClient publisher = second.client().connectV3Persistent("p", 1);
        publisher.send(PUBLISH_AGAIN).expect(PUBREC);
        subscriber.expectNothingElse();
        publisher.send(PUBREL).expect(PUBCOMP);
        try (TestServer third = second.restart()) {
            subscriber = subscriber(third);
            publisher = third.client().connectV3Persistent("p", 1);
            publisher.send(PUBREL).expect(PUBCOMP).send(PUBLISH).expect(PUBREC);
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    /** §3.7.2.1 0x92; 3.1.1 has no reasons. */
    @Test
    void whatWasNeverReceivedIsReleasedAllTheSame() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV5("p").send(PUBREL).expect("70 03 00 07 92");
            server.client().connectV3("q").send(PUBREL).expect(PUBCOMP);
            assertEquals(2, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** MQTT-4.3.3-9: after a PUBREC with a reason of 0x80 or more the identifier is free. */
    @Test
    void aRefusedMessageLeavesItsIdentifierFree() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            TestClient publisher = server.client().connectV5Persistent("p", 0);
            publisher
                    .send("34 0a 00 04 '$SYS' 00 07 00 '1'")
                    .expect("50 26 00 07 90 22 1f 00 1f 'the topic belongs to the server'");
            publisher.send("34 07 00 01 't' 00 07 00 '1'").expect(PUBREC);
            subscriber.expect(DELIVERED);
        }
    }

    /** §3.5.2.1 0x10: nobody was there, but it was published. */
    @Test
    void aMessageForNobodyKeepsItsIdentifierToo() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = server.client().connectV5Persistent("p", 0);
            publisher.send("34 07 00 01 't' 00 07 00 '1'").expect("50 03 00 07 10");
            TestClient subscriber = subscriber(server);
            publisher.send("3c 07 00 01 't' 00 07 00 '1'").expect(PUBREC);
            subscriber.expectNothingElse();
            assertEquals(1, storedPackets(server));
        }
    }

    @Test
    void answersLeaveInTheOrderOfArrival() throws Exception {
        try (TestServer server = TestServer.start()) {
            durableTarget(server);
            TestClient publisher = server.client().connectV5Persistent("p", 0);
            server.store.hold();
            publisher
                    .send("34 07 00 01 't' 00 01 00 '1'")
                    .send("32 07 00 01 'u' 00 02 00 '2'")
                    .send("62 02 00 09")
                    .send("3c 07 00 01 't' 00 01 00 '1'")
                    .send("62 02 00 01")
                    .expectNothingElse();
            server.store.release();
            publisher
                    .expect("50 02 00 01")
                    .expect("40 03 00 02 10")
                    .expect("70 03 00 09 92")
                    .expect("50 02 00 01")
                    .expect("70 02 00 01");
        }
    }

    /** Of a session that ends with its connection nothing is stored; of others nothing is left. */
    @Test
    void theStoreKnowsTheIdentifiersOfStoredSessionsOnly() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("p").send(PUBLISH).expect(PUBREC);
            assertEquals(0, storedPackets(server));
            TestClient stored = server.client().connectV3Persistent("q", 0);
            stored.send(PUBLISH).expect(PUBREC);
            assertEquals(1, storedPackets(server));
            stored.send(PUBREL).expect(PUBCOMP);
            assertEquals(0, storedPackets(server));
            stored.send(PUBLISH).expect(PUBREC);
            server.client().connectV3("q").expectNothingElse();
            assertEquals(0, storedPackets(server));
        }
    }

    /** What waits for space in the log was promised to nobody, and is not held when its connection ends. */
    @Test
    void whatFoundNoSpaceIsPublishedWhenItComesAgain() throws Exception {
        try (TestServer server = TestServer.start()) {
            durableTarget(server);
            TestClient subscriber = subscriber(server);
            TestClient first = server.client().connectV3Persistent("p", 0);
            server.store.fill();
            first.send(PUBLISH).expectSilence(100);
            TestClient second = server.client().connectV3Persistent("p", 1);
            first.expectClosed();
            server.store.makeSpace();
            second.send(PUBLISH_AGAIN).expect(PUBREC);
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    @Test
    void whatFoundNoSpaceIsHeldWhenThereIsSome() throws Exception {
        try (TestServer server = TestServer.start()) {
            durableTarget(server);
            TestClient subscriber = subscriber(server);
            TestClient publisher = server.client().connectV3Persistent("p", 0);
            server.store.fill();
            publisher.send(PUBLISH).send(PUBLISH_AGAIN).expectSilence(100);
            server.store.makeSpace();
            publisher.expect(PUBREC).expect(PUBREC);
            subscriber.expect(DELIVERED).expectNothingElse();
        }
    }

    /** §4.9: a message counts until its PUBCOMP. */
    @Test
    void theReceiveMaximumCountsUntilThePubcomp() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> {
            t.receiveMaximum = 2;
            t.profile = MqttSettings.Profile.STRICT;
        }))) {
            TestClient publisher = server.client().connectV5("p");
            publisher.send("34 07 00 01 't' 00 01 00 '1'").expect("50 03 00 01 10");
            publisher.send("34 07 00 01 't' 00 02 00 '1'").expect("50 03 00 02 10");
            publisher.send("62 02 00 01").expect("70 02 00 01");
            publisher.send("34 07 00 01 't' 00 03 00 '1'").expect("50 03 00 03 10");
            publisher.send("34 07 00 01 't' 00 04 00 '1'").expectPacket("e0").expectClosed();
        }
    }
}
