package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SubscribeTest {

    /** MQTT-3.2.2-10, MQTT-3.8.4-5, -6, -7, MQTT-3.9.3-1. */
    @Test
    void eachFilterGetsItsOwnAnswerInOrder() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("a")
                    .send("82 27 00 01 00 00 01 'a' 00 00 01 'b' 01 00 01 'c' 02 00 0a '$share/g/a' 00 00 08"
                            + " '$queue/#' 01")
                    .expectSubAck("00 01", "00 01 02 00 8f", "filter 5: it is not accepted here")
                    .expectNothingElse();
        }
    }

    /** 3.1.1 MQTT-3.9.3-2. */
    @Test
    void aRefusedFilterIs0x80InVersion3() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3("a")
                    .send("82 13 00 01 00 0a '$share//ab' 00 00 01 'b' 01")
                    .expect("90 04 00 01 80 01");
        }
    }

    /** What a client takes is bounded in depth as well. */
    @Test
    void aFilterThatIsTooDeepIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            String deep = "/".repeat(200);
            server.client()
                    .connectV5("a")
                    .send("82 ce 01 00 01 00 00 c8 '" + deep + "' 00")
                    .expectSubAck("00 01", "8f", "filter 1: it is not accepted here");
        }
    }

    @Test
    void aSessionHasAsManySubscriptionsAsItMay() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.maximumFilterBytes = 500))) {
            server.client()
                    .connectV5("a")
                    .send("82 0f 00 01 00 00 01 'a' 00 00 01 'b' 00 00 01 'a' 01")
                    .expectSubAck("00 01", "00 97 01", "filter 2: the session's filters take");
        }
    }

    /** MQTT-3.3.4-2, MQTT-3.3.4-3, MQTT-3.3.4-4: one copy, the highest QoS, all identifiers. */
    @Test
    void overlappingSubscriptionsGetOneCopy() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV5("s")
                    .send("82 0b 00 01 02 0b 05 00 03 't/#' 00")
                    .expect("90 04 00 01 00 00")
                    .send("82 0c 00 02 03 0b 80 01 00 03 't/a' 01")
                    .expect("90 04 00 02 00 01")
                    .send("82 09 00 03 00 00 03 '+/a' 00")
                    .expect("90 04 00 03 00 00");
            server.client().connectV3("p").send("32 08 00 03 't/a' 00 07 'x'").expect("40 02 00 07");
            subscriber.expectPacket("32").send("40 02 00 01").expectNothingElse();
            server.client().connectV3("q").send("30 06 00 03 't/a' 'y'").expectNothingElse();
            subscriber.expect("30 0c 00 03 't/a' 05 0b 05 0b 80 01 'y'").expectNothingElse();
        }
    }

    /** MQTT-3.8.3-3. */
    @Test
    void noLocalKeepsAClientsOwnMessagesFromIt() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client()
                    .connectV5("a")
                    .send("82 07 00 01 00 00 01 't' 05")
                    .expect("90 04 00 01 00 01")
                    .send("32 07 00 01 't' 00 07 00 'x'")
                    .expect("40 03 00 07 10")
                    .expectNothingElse();
            server.client().connectV5("b").send("32 07 00 01 't' 00 07 00 'y'").expect("40 02 00 07");
            client.expect("32 07 00 01 't' 00 01 00 'y'");
        }
    }

    /** A bridge hears everybody but itself. */
    @Test
    void aBridgeDoesNotHearItself() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0d 00 04 'MQTT' 84 02 00 00 00 01 'b'")
                    .expect("20 02 00 00")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00")
                    .send("30 04 00 01 't' 'x'")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.8.4-3. */
    @Test
    void anIdenticalFilterReplacesItsSubscription() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV5("s")
                    .send("82 09 00 01 02 0b 05 00 01 't' 01")
                    .expect("90 04 00 01 00 01")
                    .send("82 07 00 02 00 00 01 't' 00")
                    .expect("90 04 00 02 00 00");
            server.client().connectV3("p").send("32 06 00 01 't' 00 07 'x'").expect("40 02 00 07");
            subscriber.expect("30 05 00 01 't' 00 'x'").expectNothingElse();
        }
    }

    /** MQTT-3.10.4-1, -2, -4, -5, -6, MQTT-3.11.3-1. */
    @Test
    void unsubscribingEndsTheFlow() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV5("s")
                    .send("82 0b 00 01 00 00 01 't' 01 00 01 'u' 00")
                    .expect("90 05 00 01 00 01 00")
                    .send("a2 09 00 02 00 00 01 't' 00 01 'x'")
                    .expectUnsubAck("00 02", "00 11", "filter 2: there was no such subscription");
            TestClient publisher = server.client().connectV5("p");
            publisher.send("32 07 00 01 't' 00 07 00 'x'").expect("40 03 00 07 10");
            publisher.send("32 07 00 01 'u' 00 08 00 'y'").expect("40 02 00 08");
            subscriber.expect("30 05 00 01 'u' 00 'y'").expectNothingElse();
        }
    }

    /** MQTT-3.10.4-3: what has been sent is completed. */
    @Test
    void aMessageOnItsWayIsAcknowledgedAfterUnsubscribe() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            server.client().connectV3("p").send("32 06 00 01 't' 00 07 'x'").expect("40 02 00 07");
            subscriber
                    .expect("32 06 00 01 't' 00 01 'x'")
                    .send("a2 05 00 02 00 01 't'")
                    .expect("b0 02 00 02")
                    .send("40 02 00 01")
                    .expectNothingElse();
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** MQTT-4.7.2-1. */
    @Test
    void wildcardsDoNotMatchTopicsThatBeginWithADollar() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 0a 00 01 00 01 '#' 00 00 01 '+' 00")
                    .expect("90 04 00 01 00 00");
            TestClient publisher = server.client().connectV3("p");
            publisher.send("30 05 00 02 '$a' 'x'").send("30 04 00 01 'b' 'y'").expectNothingElse();
            subscriber.expect("30 04 00 01 'b' 'y'").expectNothingElse();
        }
    }

    /** MQTT-3.3.4-9, MQTT-4.9.0-2: no more than the client takes, and the rest as it acknowledges. */
    @Test
    void theReceiveMaximumOfTheClientIsKept() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .send("10 11 00 04 'MQTT' 05 02 00 00 03 21 00 02 00 01 's'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient publisher = server.client().connectV3("p");
            for (int i = 1; i <= 4; i++) publisher.send("32 06 00 01 't' 00 0" + i + "'" + i + "'");
            for (int i = 1; i <= 4; i++) publisher.expect("40 02 00 0" + i);
            subscriber
                    .expect("32 07 00 01 't' 00 01 00 '1'")
                    .expect("32 07 00 01 't' 00 02 00 '2'")
                    .expectNothingElse()
                    .send("40 02 00 02")
                    .expect("32 07 00 01 't' 00 03 00 '3'")
                    .expectNothingElse()
                    .send("40 02 00 01 40 02 00 03")
                    .expect("32 07 00 01 't' 00 04 00 '4'")
                    .expectNothingElse();
        }
    }

    @Test
    void aSessionThatBeginsWithQos0AndGoesOnWithQos1KeepsItsFilters() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 'a' 00")
                    .expect("90 03 00 01 00")
                    .send("82 06 00 02 00 01 'b' 01")
                    .expect("90 03 00 02 01");
            TestClient publisher = server.client().connectV3("p");
            publisher.send("30 04 00 01 'a' 'x'").expectNothingElse();
            subscriber.expect("30 04 00 01 'a' 'x'").expectNothingElse();
            publisher.send("32 06 00 01 'b' 00 01 'y'").expect("40 02 00 01");
            subscriber.expect("32 06 00 01 'b' 00 01 'y'").expectNothingElse();
        }
    }
}
