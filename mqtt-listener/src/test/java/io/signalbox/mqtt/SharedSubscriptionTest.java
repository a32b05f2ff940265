package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

/** Shared subscriptions on the wire (MQTT 5.0 §4.8.2). */
class SharedSubscriptionTest {

    private static final String NAME = "$share/g/t";
    private static final String SUBSCRIBE = "82 10 00 01 00 00 0a '$share/g/t' 01";
    private static final String SUBSCRIBE_QOS_0 = "82 10 00 01 00 00 0a '$share/g/t' 00";
    private static final String SUBACK = "90 04 00 01 00 01";
    private static final String UNSUBSCRIBE = "a2 0f 00 02 00 00 0a '$share/g/t'";

    private static TestClient member(TestServer server, String clientId) throws Exception {
        return server.client().connectV5(clientId).send(SUBSCRIBE).expect(SUBACK);
    }

    private static TestClient keptMember(TestServer server, String clientId) throws Exception {
        return server.client().connectV5Persistent(clientId, 0).send(SUBSCRIBE).expect(SUBACK);
    }

    /** Publishes at QoS 1 and waits for the PUBACK. */
    private static void publish(TestClient publisher, String... payloads) throws Exception {
        for (String payload : payloads) {
            publisher.send("32 06 00 01 't' 00 07 '" + payload + "'").expect("40 02 00 07");
        }
    }

    private static String message(int packetId, String payload) {
        return "32 07 00 01 't' 00 0" + packetId + " 00 '" + payload + "'";
    }

    private static String puback(int packetId) {
        return "40 02 00 0" + packetId;
    }

    private static int queues(TestServer server) {
        return server.broker.defaultVirtualHost().queues().size();
    }

    @Test
    void membersTakeTurnsAndEachMessageGoesToOneOfThem() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = member(server, "a");
            TestClient b = member(server, "b");
            publish(server.client().connectV3("p"), "1", "2", "3", "4");
            a.expect(message(1, "1")).expect(message(2, "3")).expectNothingElse();
            b.expect(message(1, "2")).expect(message(2, "4")).expectNothingElse();
        }
    }

    /** MQTT-4.8.2-3: QoS 0 is passed to one of those that are there, and takes turns as well. */
    @Test
    void messagesOfQos0TakeTurnsAndAreNotKept() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient kept = keptMember(server, "kept");
            kept.send("e0 00").expectClosed();
            server.waitUntilDisconnected(1);
            TestClient publisher = server.client().connectV3("p");
            publisher.send("30 04 00 01 't' '0'").expectNothingElse();
            TestClient a = member(server, "a");
            TestClient b = member(server, "b");
            for (int i = 1; i <= 4; i++) publisher.send("30 04 00 01 't' '" + i + "'");
            publisher.expectNothingElse();
            a.expect("30 05 00 01 't' 00 '2'").expect("30 05 00 01 't' 00 '4'").expectNothingElse();
            b.expect("30 05 00 01 't' 00 '1'").expect("30 05 00 01 't' 00 '3'").expectNothingElse();
        }
    }

    /** MQTT-4.8.2-3: each at the QoS it was granted. */
    @Clause("MQTT-4.8.2-3")
    @Test
    void aMemberGetsNoMoreThanTheQosItWasGranted() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = server.client().connectV5("a").send(SUBSCRIBE_QOS_0).expect("90 04 00 01 00 00");
            TestClient b = member(server, "b");
            publish(server.client().connectV3("p"), "1", "2", "3");
            a.expect("30 05 00 01 't' 00 '1'").expect("30 05 00 01 't' 00 '3'").expectNothingElse();
            b.expect(message(1, "2")).expectNothingElse();
        }
    }

    @Test
    void aGroupOfWhichNobodyWantsMoreThanQos0KeepsNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5Persistent("a", 0)
                    .send(SUBSCRIBE_QOS_0)
                    .expect("90 04 00 01 00 00")
                    .send("e0 00")
                    .expectClosed();
            server.waitUntilDisconnected(1);
            publish(server.client().connectV3("p"), "1");
            server.client().connectV5Persistent("a", 1).expectNothingElse();
        }
    }

    /** §4.8.2: what a lost member had not acknowledged goes to another, marked. */
    @Test
    void whatALostMemberLeavesUnacknowledgedGoesToAnother() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = member(server, "a");
            TestClient b = member(server, "b");
            TestClient publisher = server.client().connectV3("p");
            publish(publisher, "1", "2", "3");
            a.expect(message(1, "1")).expect(message(2, "3")).send(puback(2)).expectNothingElse();
            b.expect(message(1, "2"));
            a.close();
            b.expect("3a 07 00 01 't' 00 02 00 '1'").expectNothingElse(); // MQTT-3.3.1-1
        }
    }

    @Test
    void messagesWaitForAMemberWhoseSessionIsKept() throws Exception {
        try (TestServer server = TestServer.start()) {
            keptMember(server, "a").send("e0 00").expectClosed();
            server.waitUntilDisconnected(1);
            publish(server.client().connectV3("p"), "1", "2");
            server.client()
                    .connectV5Persistent("a", 1)
                    .expect(message(1, "1"))
                    .expect(message(2, "2"))
                    .send(puback(1) + puback(2))
                    .expectNothingElse();
        }
    }

    /** MQTT-4.8.2-6: a negative answer ends the message for everybody. */
    @Clause("MQTT-4.8.2-6")
    @Test
    void whatOneMemberRefusesNobodyElseGets() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = member(server, "a");
            publish(server.client().connectV3("p"), "1");
            a.expect(message(1, "1")).send("40 03 00 01 83").expectNothingElse().close();
            server.waitUntilDisconnected(1);
            member(server, "b").expectNothingElse();
        }
    }

    /** §4.8.2: it ends, and what is undelivered with it, when nobody is subscribed any more. */
    @Test
    void itEndsWithItsLastMember() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = keptMember(server, "a");
            TestClient b = member(server, "b");
            assertEquals(1, queues(server));
            b.send(UNSUBSCRIBE).expect("b0 04 00 02 00 00");
            assertEquals(1, queues(server));
            a.send(UNSUBSCRIBE)
                    .expect("b0 04 00 02 00 00")
                    .send(UNSUBSCRIBE)
                    .expectUnsubAck("00 02", "11", "filter 1: there was no such subscription");
            assertEquals(0, queues(server));
            server.client().connectV5("p").send("32 07 00 01 't' 00 07 00 'x'").expect("40 03 00 07 10");
        }
    }

    @Test
    void itEndsWithTheSessionOfItsLastMember() throws Exception {
        try (TestServer server = TestServer.start()) {
            member(server, "a").close();
            server.waitUntilDisconnected(1);
            assertEquals(0, queues(server));
            keptMember(server, "b").close();
            server.waitUntilDisconnected(2);
            assertEquals(1, queues(server));
            server.client().connectV5("b");
            assertEquals(0, queues(server));
        }
    }

    /** §4.8.2: subscribing again changes the agreement and does not make the session a member twice. */
    @Test
    void aSecondSubscribeChangesTheQosAndNothingElse() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = member(server, "a").send(SUBSCRIBE).expect(SUBACK);
            publish(server.client().connectV3("p"), "1", "2");
            a.expect(message(1, "1")).expect(message(2, "2")).expectNothingElse();
            a.send(SUBSCRIBE_QOS_0).expect("90 04 00 01 00 00");
            publish(server.client().connectV3("q"), "3");
            a.expect("30 05 00 01 't' 00 '3'").expectNothingElse();
            a.send(UNSUBSCRIBE).expect("b0 04 00 02 00 00");
            assertEquals(0, queues(server));
        }
    }

    /** MQTT-3.10.4-3: what was sent is completed; what was not goes to the others. */
    @Clause("MQTT-3.10.4-3")
    @Test
    void whatIsInFlightIsCompletedAfterUnsubscribe() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = member(server, "a");
            publish(server.client().connectV3("p"), "1");
            a.expect(message(1, "1"));
            TestClient b = member(server, "b");
            a.send(UNSUBSCRIBE).expect("b0 04 00 02 00 00").send(puback(1)).expectNothingElse();
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
            a.close();
            publish(server.client().connectV3("q"), "2");
            b.expect(message(1, "2")).expectNothingElse();
        }
    }

    /** §4.8.2: a member that is also subscribed on its own gets both. */
    @Clause("MQTT-3.3.4-5")
    @Test
    void aSubscriptionOfItsOwnComesBesidesWithItsOwnIdentifier() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = server.client()
                    .connectV5("a")
                    .send("82 12 00 01 02 0b 05 00 0a '$share/g/t' 01")
                    .expect(SUBACK)
                    .send("82 09 00 01 02 0b 06 00 01 't' 01")
                    .expect(SUBACK);
            publish(server.client().connectV3("p"), "1");
            a.expectInAnyOrder("32 09 00 01 't' 00 01 02 0b 05 '1'", "32 09 00 01 't' 00 02 02 0b 06 '1'")
                    .expectNothingElse();
        }
    }

    @Test
    void groupsOfOneTopicEachGetACopy() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient g = member(server, "g");
            TestClient h = server.client()
                    .connectV5("h")
                    .send("82 10 00 01 00 00 0a '$share/h/+' 01")
                    .expect(SUBACK);
            publish(server.client().connectV3("p"), "1", "2");
            for (TestClient only : new TestClient[] {g, h}) {
                only.expect(message(1, "1")).expect(message(2, "2")).expectNothingElse();
            }
        }
    }

    /** MQTT-3.3.4-9 holds for all that a client gets, whatever subscription it comes by. */
    @Clause("MQTT-3.3.4-9")
    @Test
    void theReceiveMaximumIsKeptOverAllSubscriptions() throws Exception {
        for (int maximum = 1; maximum <= 3; maximum++) {
            try (TestServer server = TestServer.start()) {
                TestClient a = server.client()
                        .send("10 11 00 04 'MQTT' 05 02 00 00 03 21 00 0" + maximum + " 00 01 'a'")
                        .expectPacket("20")
                        .send("82 14 00 01 00 00 01 't' 01 00 0a '$share/g/t' 01")
                        .expect("90 05 00 01 00 01 01");
                publish(server.client().connectV3("p"), "1", "2", "3");
                int received = 0;
                for (int acknowledged = 1; acknowledged <= 6; acknowledged++) {
                    for (; received < Math.min(6, acknowledged - 1 + maximum); received++) a.expectPacket("32");
                    a.expectNothingElse().send(puback(acknowledged));
                }
                a.expectNothingElse();
            }
        }
    }

    @Test
    void clientsOfVersion3AreMembersToo() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = server.client()
                    .connectV3("a")
                    .send("82 0f 00 01 00 0a '$share/g/t' 01")
                    .expect("90 03 00 01 01");
            TestClient b = member(server, "b");
            publish(server.client().connectV3("p"), "1", "2");
            a.expect("32 06 00 01 't' 00 01 '1'").expectNothingElse();
            b.expect(message(1, "2")).expectNothingElse();
            a.send("82 1a 00 02 00 09 '$share/ab' 01 00 09 '$share//x' 00")
                    .expect("90 04 00 02 80 80"); // MQTT-4.8.2-1, MQTT-4.8.2-2
            a.send("82 10 00 03 00 0b '$share/g+/x' 00").expectClosed(); // 3.1.1 MQTT-4.7.1-3
        }
    }

    /** MQTT-4.8.2-1, MQTT-4.8.2-2, MQTT-3.8.3-4. */
    @Clause({"MQTT-4.8.2-1", "MQTT-4.8.2-2", "MQTT-3.8.3-4"})
    @Test
    void whatIsNotAShareAndTopicsIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            String[] malformed = {
                "82 0f 00 01 00 00 09 '$share/ab' 00",
                "82 0f 00 01 00 00 09 '$share//x' 00",
                "82 11 00 01 00 00 0b '$share/g+/x' 00",
            };
            for (String subscribe : malformed) {
                server.client()
                        .connectV5("a")
                        .send(subscribe)
                        .expectPacket("e0")
                        .expectClosed();
            }
            server.client()
                    .connectV5("a")
                    .send("82 10 00 01 00 00 0a '$share/g/t' 05")
                    .expectPacket("e0")
                    .expectClosed();
            assertEquals(0, queues(server));
        }
    }

    @Test
    void anOperatorMayRemoveTheQueueAndTheGroupGoesOn() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient a = keptMember(server, "a");
            TestClient b = member(server, "b");
            server.onLoop(loop -> server.broker.defaultVirtualHost().deleteQueue(loop, NAME));
            server.waitUntil(() -> queueHasConsumers(server, 2));
            TestClient publisher = server.client().connectV3("p");
            publish(publisher, "1", "2");
            a.expectPacket("32").expectNothingElse();
            b.expectPacket("32").expectNothingElse();
            assertTrue(server.broker
                    .defaultVirtualHost()
                    .queue(NAME)
                    .orElseThrow()
                    .settings()
                    .durable());
        }
    }

    private static boolean queueHasConsumers(TestServer server, int wanted) {
        return server.broker
                .defaultVirtualHost()
                .queue(NAME)
                .map(queue -> queue.status().consumers() == wanted)
                .orElse(false);
    }
}
