package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTest {

    /** MQTT-4.3.1-1. */
    @Test
    void aQos0MessageReachesAQos0Subscriber() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 08 00 01 00 03 't/+' 00")
                    .expect("90 03 00 01 00");
            server.client().connectV3("p").send("30 07 00 03 't/a' 'hi'").expectNothingElse();
            subscriber.expect("30 07 00 03 't/a' 'hi'");
        }
    }

    /** MQTT-4.3.2-4, §3.4.2.1: taken, and taken by nobody. */
    @Test
    void aPubackSaysWhetherAnyoneIsSubscribed() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("s").send("82 06 00 01 00 01 't' 01").expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV5("p");
            publisher.send("32 08 00 01 't' 00 07 00 'hi'").expect("40 02 00 07");
            publisher.send("32 08 00 01 'u' 00 08 00 'hi'").expect("40 03 00 08 10");
        }
    }

    @Test
    void aVersion3PubackSaysOnlyThatItIsTaken() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("p").send("32 07 00 01 'u' 00 08 'hi'").expect("40 02 00 08");
        }
    }

    /** MQTT-4.3.2-1, -2, -3: QoS 1 to the subscriber, which acknowledges with our packet identifier. */
    @Test
    void aQos1MessageGoesOnWithQos1() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            server.client().connectV3("p").send("32 07 00 01 't' 00 07 'hi'").expect("40 02 00 07");
            subscriber.expect("32 07 00 01 't' 00 01 'hi'").send("40 02 00 01").expectNothingElse();
        }
    }

    /** MQTT-3.8.4-8: the lower of what was published and what was granted. */
    @Test
    void theQosIsTheLowerOfBoth() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient low = server.client()
                    .connectV3("l")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00");
            TestClient high = server.client()
                    .connectV3("h")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV3("p");
            publisher.send("32 06 00 01 't' 00 07 '1'").expect("40 02 00 07");
            publisher.send("30 04 00 01 't' '0'").expectNothingElse();
            low.expect("30 04 00 01 't' '1'").expect("30 04 00 01 't' '0'");
            high.expectInAnyOrder("32 06 00 01 't' 00 01 '1'", "30 04 00 01 't' '0'");
        }
    }

    /** The promise: no PUBACK before the force. */
    @Clause("MQTT3-4.3.2-2")
    @Test
    void noPubackLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV3("p");
            server.store.hold();
            publisher.send("32 06 00 01 't' 00 07 '1'").send("32 06 00 01 't' 00 08 '2'");
            publisher.expectNothingElse();
            server.store.release();
            publisher.expect("40 02 00 07").expect("40 02 00 08");
        }
    }

    /** Answers leave in the order of arrival, also those that wait for nothing. */
    @Test
    void pubacksLeaveInTheOrderOfArrival() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV5("p");
            server.store.hold();
            publisher
                    .send("32 07 00 01 't' 00 01 00 '1'")
                    .send("32 07 00 01 'u' 00 02 00 '2'")
                    .send("32 0a 00 04 '$SYS' 00 03 00 '3'")
                    .send("32 07 00 01 't' 00 04 00 '4'");
            publisher.expectNothingElse();
            server.store.release();
            publisher
                    .expect("40 02 00 01")
                    .expect("40 03 00 02 10")
                    .expect("40 26 00 03 90 22 1f 00 1f 'the topic belongs to the server'")
                    .expect("40 02 00 04");
        }
    }

    /** Also when none of them waits and all come in one read. */
    @Test
    void aRefusalDoesNotLeaveBehindLaterPubacks() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("p")
                    .send("32 0a 00 04 '$SYS' 00 01 00 '1' 32 07 00 01 'u' 00 02 00 '2'")
                    .expect("40 26 00 01 90 22 1f 00 1f 'the topic belongs to the server'")
                    .expect("40 03 00 02 10");
        }
    }

    /** MQTT-4.3.2-5: after the PUBACK the same packet identifier is a new message. */
    @Test
    void aRepeatedPacketIdentifierIsANewMessage() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00");
            TestClient publisher = server.client().connectV3("p");
            publisher.send("32 06 00 01 't' 00 07 '1'").expect("40 02 00 07");
            publisher.send("3a 06 00 01 't' 00 07 '1'").expect("40 02 00 07");
            subscriber.expect("30 04 00 01 't' '1'").expect("30 04 00 01 't' '1'");
        }
    }

    @Test
    void aFullLogHoldsThePublisherBackAndLosesNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV3("p");
            server.store.fill();
            publisher
                    .send("32 06 00 01 't' 00 01 '1'")
                    .send("32 06 00 01 't' 00 02 '2' c0 00")
                    .expectSilence(100);
            assertEquals(1, server.broker.counters().parked.sum());
            server.store.makeSpace();
            publisher.expectInAnyOrder("40 02 00 01", "40 02 00 02", "d0 00");
            subscriber.expect("32 06 00 01 't' 00 01 '1'").expect("32 06 00 01 't' 00 02 '2'");
        }
    }

    @Clause("MQTT3-4.8.0-2")
    @Test
    void aFailedStoreConfirmsNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient v3 = server.client().connectV3("p");
            TestClient v5 = server.client().connectV5("q");
            server.store.hold();
            v3.send("32 06 00 01 't' 00 01 '1'").expectNothingElse();
            v5.send("32 07 00 01 't' 00 01 00 '1'").expectNothingElse();
            server.store.fail("The disk is gone.");
            v3.expectClosed();
            // Either the connection ends before the answer or the answer says that nothing is sure.
            v5.expectAtMostThenClosed(
                    "e0 27 80 25 1f 00 22 'the store of the server has failed'",
                    "40 18 00 01 80 14 1f 00 11 'The disk is gone.'");
        }
    }

    @Test
    void withoutRoomOnTheDiskAPublishIsRefusedInWordsAndAllElseGoesOn() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient stored = server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient live = server.client()
                    .connectV3("l")
                    .send("82 06 00 01 00 01 'l' 01")
                    .expect("90 03 00 01 01");
            TestClient v5 = server.client().connectV5("5");
            TestClient v3 = server.client().connectV3("3");
            v3.send("32 06 00 01 't' 00 01 '1'").expect("40 02 00 01");
            stored.expect("32 06 00 01 't' 00 01 '1'");

            server.store.beShort("Make room.");
            v5.send("32 07 00 01 't' 00 01 00 '2'").expect("40 11 00 01 97 0d 1f 00 0a 'Make room.'");
            v5.send("34 07 00 01 't' 00 02 00 '2'").expect("50 11 00 02 97 0d 1f 00 0a 'Make room.'");
            v5.send("34 07 00 01 't' 00 02 00 '2'")
                    .expect("50 11 00 02 97 0d 1f 00 0a 'Make room.'"); // it was not taken
            v5.send("31 05 00 01 't' 00 '0'").expectNothingElse(); // to be retained
            assertEquals(4, server.broker.counters().refusedForDisk.sum());
            v5.send("32 07 00 01 'l' 00 03 00 '3'").expect("40 02 00 03");
            live.expect("32 06 00 01 'l' 00 01 '3'");
            v5.send("30 05 00 01 'l' 00 '0'").expectNothingElse();
            live.expect("30 04 00 01 'l' '0'");
            stored.send("40 02 00 01").send("c0 00").expect("d0 00");
            server.waitUntil(() -> server.store.storedMessages() == 0);
            stored.send("82 06 00 02 00 01 'u' 01").expect("90 03 00 02 01");
            v3.send("32 06 00 01 't' 00 02 '4'").expectClosed();
            assertEquals(5, server.broker.counters().refusedForDisk.sum());

            server.store.makeRoom();
            v5.send("34 07 00 01 't' 00 02 00 '5'").expect("50 02 00 02");
            stored.expect("32 06 00 01 't' 00 02 '5'");
        }
    }

    /** Who asks for what is retained gets it when there is room, although it could not be kept for it before. */
    @Test
    void whatIsRetainedComesToANewSubscriptionWhenTheDiskHasRoom() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("p").send("33 06 00 01 't' 00 01 '1'").expect("40 02 00 01");
            server.store.beShort("Make room.");
            TestClient subscriber = server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            subscriber.expectSilence(200);
            server.store.makeRoom();
            subscriber.expect("33 06 00 01 't' 00 01 '1'");
            assertEquals(0, server.listener.counters().retainedNotReplayed.sum());
        }
    }

    /** §3.3.2.3.4, MQTT-3.3.2-12. */
    @Test
    void aTopicAliasStandsForItsTopic() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00");
            server.client()
                    .connectV5("p")
                    .send("30 08 00 01 'a' 03 23 00 10 '1'")
                    .send("30 07 00 00 03 23 00 10 '2'")
                    .send("30 08 00 01 'b' 03 23 00 10 '3'")
                    .send("30 07 00 00 03 23 00 10 '4'")
                    .expectNothingElse();
            subscriber
                    .expect("30 04 00 01 'a' '1'")
                    .expect("30 04 00 01 'a' '2'")
                    .expect("30 04 00 01 'b' '3'")
                    .expect("30 04 00 01 'b' '4'");
        }
    }

    /** MQTT-3.3.2-9, and an alias of an earlier connection (MQTT-3.3.2-7). */
    @Test
    void anUnknownTopicAliasIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("a")
                    .send("30 07 00 00 03 23 00 10 '2'")
                    .expectPacket("e0")
                    .expectClosed();
            server.client()
                    .connectV5("b")
                    .send("30 08 00 01 't' 03 23 00 11 '2'")
                    .expectPacket("e0")
                    .expectClosed();
            assertEquals(
                    2,
                    server.listener
                            .counters()
                            .refusals(ReasonCode.TOPIC_ALIAS_INVALID)
                            .sum());
        }
    }

    /** §4.7.2: these topics are the server's. */
    @Test
    void aQos0MessageToTheServersTopicsEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("a")
                    .send("30 0a 00 06 '$SYS/x' 00 '1'")
                    .expect("e0 24 90 22 1f 00 1f 'the topic belongs to the server'")
                    .expectClosed();
            server.client()
                    .connectV3("b")
                    .send("32 0d 00 08 '$share/q' 00 01 '1'")
                    .expectClosed();
            server.client()
                    .connectV5("c")
                    .send("32 13 00 0d '$CONTROL/v1/x' 00 01 00 '1'")
                    .expectPacket("40");
        }
    }

    /** MQTT-3.3.4-7. */
    @Clause("MQTT-3.3.4-7")
    @Test
    void aStrictListenerEndsWhoExceedsTheReceiveMaximum() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> {
            t.receiveMaximum = 2;
            t.profile = MqttSettings.Profile.STRICT;
        }))) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV5("p");
            server.store.hold();
            publisher
                    .send("32 07 00 01 't' 00 01 00 '1' 32 07 00 01 't' 00 02 00 '2'")
                    .expectNothingElse();
            publisher.send("32 07 00 01 't' 00 03 00 '3'").expectPacket("e0").expectClosed();
            assertEquals(
                    1,
                    server.listener
                            .counters()
                            .refusals(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED)
                            .sum());
        }
    }

    @Test
    void aTolerantListenerReadsMoreSlowlyInstead() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.receiveMaximum = 2))) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV5("p");
            server.store.hold();
            for (int i = 1; i <= 9; i++) publisher.send("32 07 00 01 't' 00 0" + i + " 00 'x'");
            publisher.send("c0 00").expectSilence(100);
            assertTrue(server.listener.counters().readingPaused.sum() > 0);
            server.store.release();
            for (int i = 1; i <= 3; i++) publisher.expect("40 02 00 0" + i);
            publisher.expectInAnyOrder(
                    "40 02 00 04", "40 02 00 05", "40 02 00 06", "40 02 00 07", "40 02 00 08", "40 02 00 09", "d0 00");
        }
    }

    /** MQTT-3.3.2-6, MQTT-3.3.2-17, MQTT-3.3.2-18: properties as they came, the expiry counted down. */
    @Clause({"MQTT-3.3.2-6", "MQTT-3.3.2-17", "MQTT-3.3.2-18"})
    @Test
    void propertiesReachAVersion5SubscriberUnaltered() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            String forwarded =
                    "26 00 01 'k' 00 01 '2' 01 01 26 00 01 'k' 00 01 '1' 03 00 01 'c' 08 00 01 'r' 09 00 01 ff";
            subscriber.close();
            server.waitUntilDisconnected(1);
            server.client()
                    .connectV5("p")
                    .send("32 29 00 01 't' 00 07 21 02 0000000a" + forwarded + "'hi'")
                    .expect("40 02 00 07");
            server.clockMillis.addAndGet(3500);
            server.client()
                    .connectV5Persistent("s", 1)
                    .expect("32 29 00 01 't' 00 01 21 02 00000007" + forwarded + "'hi'");
        }
    }

    /** The identifiers of what never comes again are free for what comes, whichever queue of the session that comes from. */
    @ParameterizedTest
    @ValueSource(strings = {"t", "u"})
    void aWindowFullOfMessagesThatExpireWhileTheClientIsAwayIsUsedAgain(String next) throws Exception {
        int window = 8;
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.outboundWindow = window))) {
            TestClient subscriber = server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient publisher = server.client().connectV5("p");
            for (int i = 0; i < window; i++) {
                publisher.send("32 0c 00 01 't' 00 07 05 02 00000001 'x'").expect("40 02 00 07");
            }
            for (int i = 0; i < window; i++) subscriber.expectPacket("32");
            subscriber
                    .send("82 10 00 02 00 00 0a '$share/g/u' 01")
                    .expect("90 04 00 02 00 01")
                    .close();
            server.waitUntilDisconnected(1);
            server.clockMillis.addAndGet(2000);
            publisher.send("32 07 00 01 '" + next + "' 00 07 00 'y'").expect("40 02 00 07");
            server.client().connectV5Persistent("s", 1).expectPacket("32").expectNothingElse();
        }
    }

    /** MQTT-3.3.2-5. */
    @Clause("MQTT-3.3.2-5")
    @Test
    void anExpiredMessageIsNotDelivered() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01")
                    .close();
            server.waitUntilDisconnected(1);
            TestClient publisher = server.client().connectV5("p");
            publisher.send("32 0c 00 01 't' 00 07 05 02 00000001 'x'").expect("40 02 00 07");
            publisher.send("32 07 00 01 't' 00 08 00 'y'").expect("40 02 00 08");
            server.clockMillis.addAndGet(1000);
            server.client()
                    .connectV5Persistent("s", 1)
                    .expect("32 07 00 01 't' 00 01 00 'y'")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.1.2-24, MQTT-3.1.2-25. */
    @Test
    void whatIsTooLargeForTheSubscriberIsAsGoodAsDelivered() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .send("10 13 00 04 'MQTT' 05 02 00 00 05 27 00000020 00 01 's'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient publisher = server.client().connectV5("p");
            publisher
                    .send("32 29 00 01 't' 00 07 00 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'")
                    .expect("40 02 00 07");
            publisher.send("32 07 00 01 't' 00 08 00 'y'").expect("40 02 00 08");
            subscriber.expectPacket("32").send("40 02 00 01").expectNothingElse();
            assertEquals(1, server.listener.counters().droppedTooLarge.sum());
        }
    }

    /** MQTT 5.0 §1.5.4: a topic name has up to 65,535 bytes, and what was acknowledged arrives. */
    @Test
    void aTopicOfSixtyThousandBytesArrives() throws Exception {
        try (TestServer server = TestServer.start()) {
            String publish = "32 e5 d4 03 ea 60 '" + "a".repeat(60_000) + "' 00 01 'x'";
            TestClient subscriber = server.client().connectV3("s");
            subscriber.send("82 06 00 01 00 01 '#' 01").expect("90 03 00 01 01");
            server.client().connectV3("p").send(publish).expect("40 02 00 01");
            subscriber.expect(publish);
        }
    }
}
