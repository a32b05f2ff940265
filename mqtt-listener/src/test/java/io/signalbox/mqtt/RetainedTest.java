package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.retained.RetainedLimits;
import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

/** Messages that are kept for later subscribers (§3.3.1.3, §3.8.3.1, §3.8.4). */
class RetainedTest {

    private static TestClient publisher(TestServer server) throws Exception {
        return server.client().connectV5("p");
    }

    /** MQTT-3.3.1-5, MQTT-3.3.1-9: the last one, with the flag, and 0x10 though nobody was subscribed. */
    @Test
    void theLastRetainedMessageReachesALaterSubscriber() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("33 07 00 01 't' 00 01 00 '1'")
                    .expect("40 03 00 01 10")
                    .send("33 07 00 01 't' 00 02 00 '2'")
                    .expect("40 03 00 02 10");
            server.client()
                    .connectV5("s")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01")
                    .expect("33 07 00 01 't' 00 01 00 '2'")
                    .send("40 02 00 01")
                    .expectNothingElse();
        }
    }

    /** §4.3.3: with QoS 2 in, and out to who wants it so. */
    @Test
    void aMessageOfQos2IsRetainedWithItsQos() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("35 07 00 01 't' 00 01 00 '1'")
                    .expect("50 03 00 01 10")
                    .send("62 02 00 01")
                    .expect("70 02 00 01");
            server.client()
                    .connectV5("s")
                    .send("82 07 00 01 00 00 01 't' 02")
                    .expect("90 04 00 01 00 02")
                    .expect("35 07 00 01 't' 00 01 00 '1'")
                    .send("50 02 00 01")
                    .expect("62 02 00 01")
                    .send("70 02 00 01")
                    .expectNothingElse();
        }
    }

    /** 3.1.1 MQTT-3.3.1-5, -6, -8. */
    @Test
    void aVersion3ClientRetainsAndIsSentWhatIsRetained() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client().connectV3("a");
            client.send("31 04 00 01 't' '1'").send("33 06 00 01 'u' 00 07 '2'").expect("40 02 00 07");
            client.send("82 0a 00 01 00 01 't' 00 00 01 'u' 01")
                    .expect("90 04 00 01 00 01")
                    .expectInAnyOrder("31 04 00 01 't' '1'", "33 06 00 01 'u' 00 01 '2'")
                    .send("40 02 00 01")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.3.1-6, MQTT-3.3.1-7: it is delivered like any other, and nothing is left. */
    @Test
    void anEmptyMessageEndsWhatIsRetained() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient live = server.client()
                    .connectV3("l")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00");
            publisher(server)
                    .send("33 07 00 01 't' 00 01 00 '1'")
                    .expect("40 02 00 01")
                    .send("33 06 00 01 't' 00 02 00")
                    .expect("40 02 00 02")
                    .send("33 06 00 01 'u' 00 03 00")
                    .expect("40 03 00 03 10");
            live.expect("30 04 00 01 't' '1'").expect("30 03 00 01 't'");
            server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00")
                    .expectNothingElse();
            assertEquals(0, server.store.table("mqtt.retained").size());
        }
    }

    /** MQTT-3.3.1-8. */
    @Test
    void aMessageWithoutTheFlagNeitherReplacesNorEndsIt() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("31 05 00 01 't' 00 '1'")
                    .send("30 05 00 01 't' 00 '2'")
                    .send("30 04 00 01 't' 00")
                    .expectNothingElse();
            server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00")
                    .expect("31 04 00 01 't' '1'")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.3.1-9, MQTT-3.8.4-4: at every SUBSCRIBE. */
    @Test
    void retainHandling0SendsThemAlways() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server).send("31 05 00 01 't' 00 '1'").expectNothingElse();
            TestClient subscriber = server.client().connectV5("s");
            for (int i = 0; i < 2; i++) {
                subscriber
                        .send("82 07 00 01 00 00 01 't' 00")
                        .expect("90 04 00 01 00 00")
                        .expect("31 05 00 01 't' 00 '1'")
                        .expectNothingElse();
            }
        }
    }

    /** MQTT-3.3.1-10: only with a new subscription. */
    @Test
    void retainHandling1SendsThemOnce() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server).send("31 05 00 01 't' 00 '1'").expectNothingElse();
            TestClient subscriber = server.client().connectV5("s");
            String subscribe = "82 07 00 01 00 00 01 't' 10";
            subscriber.send(subscribe).expect("90 04 00 01 00 00").expect("31 05 00 01 't' 00 '1'");
            subscriber.send(subscribe).expect("90 04 00 01 00 00").expectNothingElse();
            subscriber.send("a2 06 00 02 00 00 01 't'").expect("b0 04 00 02 00 00");
            subscriber.send(subscribe).expect("90 04 00 01 00 00").expect("31 05 00 01 't' 00 '1'");
        }
    }

    /** MQTT-3.3.1-11. */
    @Test
    void retainHandling2SendsNone() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server).send("31 05 00 01 't' 00 '1'").expectNothingElse();
            server.client()
                    .connectV5("s")
                    .send("82 07 00 01 00 00 01 't' 20")
                    .expect("90 04 00 01 00 00")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.3.1-12, MQTT-3.3.1-13. */
    @Test
    void aLiveMessageKeepsTheFlagOnlyForThoseWhoWantIt() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient plain = server.client()
                    .connectV5("a")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient asPublished = server.client()
                    .connectV5("b")
                    .send("82 07 00 01 00 00 01 't' 09")
                    .expect("90 04 00 01 00 01");
            TestClient asPublished0 = server.client()
                    .connectV5("c")
                    .send("82 07 00 01 00 00 01 't' 08")
                    .expect("90 04 00 01 00 00");
            publisher(server)
                    .send("33 07 00 01 't' 00 01 00 '1'")
                    .expect("40 02 00 01")
                    .send("32 07 00 01 't' 00 02 00 '2'")
                    .expect("40 02 00 02");
            plain.expect("32 07 00 01 't' 00 01 00 '1'").expect("32 07 00 01 't' 00 02 00 '2'");
            asPublished.expect("33 07 00 01 't' 00 01 00 '1'").expect("32 07 00 01 't' 00 02 00 '2'");
            asPublished0.expect("31 05 00 01 't' 00 '1'").expect("30 05 00 01 't' 00 '2'");
        }
    }

    /** MQTT-3.8.4-8: the lower of what was published and what was granted. */
    @Test
    void theQosIsTheLowerOfBoth() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("31 05 00 01 'a' 00 '0'")
                    .send("33 07 00 01 'b' 00 01 00 '1'")
                    .expect("40 03 00 01 10");
            server.client()
                    .connectV5("l")
                    .send("82 07 00 01 00 00 01 '#' 00")
                    .expect("90 04 00 01 00 00")
                    .expect("31 05 00 01 'a' 00 '0'")
                    .expect("31 05 00 01 'b' 00 '1'");
            server.client()
                    .connectV5("h")
                    .send("82 07 00 01 00 00 01 '#' 01")
                    .expect("90 04 00 01 00 01")
                    .expectInAnyOrder("31 05 00 01 'a' 00 '0'", "33 07 00 01 'b' 00 01 00 '1'");
        }
    }

    /** MQTT-3.3.4-3. */
    @Test
    void itComesWithTheIdentifierOfItsSubscription() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("31 05 00 01 'a' 00 '0'")
                    .send("33 07 00 01 'b' 00 01 00 '1'")
                    .expect("40 03 00 01 10");
            server.client()
                    .connectV5("s")
                    .send("82 09 00 01 02 0b 05 00 01 '#' 01")
                    .expect("90 04 00 01 00 01")
                    .expectInAnyOrder("31 07 00 01 'a' 02 0b 05 '0'", "33 09 00 01 'b' 00 01 02 0b 05 '1'");
        }
    }

    /** MQTT-3.3.2-6, §3.3.1.3. */
    @Test
    void itsExpiryCountsDownAndThenItIsGone() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server).send("31 0a 00 01 't' 05 02 0000000a '1'").expectNothingElse();
            server.clockMillis.addAndGet(4000);
            server.client()
                    .connectV5("a")
                    .send("82 07 00 01 00 00 01 't' 00")
                    .expect("90 04 00 01 00 00")
                    .expect("31 0a 00 01 't' 05 02 00000006 '1'");
            server.clockMillis.addAndGet(6000);
            server.client()
                    .connectV5("b")
                    .send("82 07 00 01 00 00 01 '#' 00")
                    .expect("90 04 00 01 00 00")
                    .expectNothingElse();
            assertEquals(0, server.store.table("mqtt.retained").size());
        }
    }

    /** Properties and payload come as they were published. */
    @Test
    void itsPropertiesAreKept() throws Exception {
        String properties = "0e 01 01 03 00 02 'ct' 26 00 01 'k' 00 01 'v'";
        try (TestServer server = TestServer.start()) {
            publisher(server).send("31 13 00 01 't'" + properties + "'1'").expectNothingElse();
            server.client()
                    .connectV5("s")
                    .send("82 07 00 01 00 00 01 't' 00")
                    .expect("90 04 00 01 00 00")
                    .expect("31 13 00 01 't'" + properties + "'1'");
        }
    }

    /** MQTT-4.3.2-4: what is retained is forced, whoever is subscribed, before its publisher hears of it. */
    @Clause("MQTT-4.3.2-4")
    @Test
    void noPubackLeavesBeforeTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = publisher(server);
            server.store.hold();
            publisher.send("33 07 00 01 't' 00 01 00 '1'").expectNothingElse();
            server.store.release();
            publisher.expect("40 03 00 01 10");
        }
    }

    /** MQTT-4.7.2-1, §4.7.1. */
    @Test
    void wildcardsFindWhatTheyWouldSubscribeTo() throws Exception {
        try (TestServer server = TestServer.start()) {
            publisher(server)
                    .send("31 07 00 03 'a/b' 00 '1'")
                    .send("31 05 00 01 'a' 00 '2'")
                    .send("31 06 00 02 '$x' 00 '3'")
                    .expectNothingElse();
            server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '+' 00")
                    .expect("90 03 00 01 00")
                    .expect("31 04 00 01 'a' '2'")
                    .expectNothingElse()
                    .send("82 08 00 02 00 03 'a/#' 00")
                    .expect("90 03 00 02 00")
                    .expect("31 04 00 01 'a' '2'")
                    .expect("31 06 00 03 'a/b' '1'")
                    .expectNothingElse()
                    .send("82 08 00 03 00 03 '$x/' 00")
                    .expect("90 03 00 03 00")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.1.2-14, MQTT-3.1.2-15. */
    @Test
    void aWillIsRetainedIfItSaysSo() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 15 00 04 'MQTT' 04 2e 00 00 00 01 'a' 00 01 'w' 00 03 'bye'")
                    .expect("20 02 00 00")
                    .close();
            server.client()
                    .send("10 15 00 04 'MQTT' 04 0e 00 00 00 01 'b' 00 01 'v' 00 03 'bye'")
                    .expect("20 02 00 00")
                    .close();
            server.waitUntilDisconnected(2);
            server.waitUntil(() -> server.broker.defaultVirtualHost().retained().messages() == 1);
            server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00")
                    .expect("31 06 00 01 'w' 'bye'")
                    .expectNothingElse();
        }
    }

    /** §3.4.2.1 0x97: nothing is stored, and the publisher is told why. */
    @Test
    void whatIsBeyondTheLimitIsRefused() throws Exception {
        try (TestServer server = TestServer.startRetaining(new RetainedLimits(1, 1 << 20))) {
            TestClient publisher = publisher(server);
            publisher.send("33 07 00 01 't' 00 01 00 '1'").expect("40 03 00 01 10");
            publisher.send("33 07 00 01 'u' 00 02 00 '2'").expectPacket("40");
            assertEquals(1, server.broker.defaultVirtualHost().retained().messages());
            publisher.send("33 07 00 01 't' 00 03 00 '3'").expect("40 03 00 03 10");
        }
    }

    /** §3.3.1.3: a QoS 0 message may be discarded, and then nothing is retained for its topic. */
    @Test
    void aQos0MessageBeyondTheLimitIsDeliveredAndCounted() throws Exception {
        try (TestServer server = TestServer.startRetaining(new RetainedLimits(10, 200))) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00");
            publisher(server).send("31 05 00 01 't' 00 '1'").expectNothingElse();
            subscriber.expect("30 04 00 01 't' '1'");
            assertEquals(0, server.broker.defaultVirtualHost().retained().messages());
            assertEquals(1, server.listener.counters().notRetained.sum());
        }
    }

    @Test
    void aVersion3ClientBeyondTheLimitIsNotTold() throws Exception {
        try (TestServer server = TestServer.startRetaining(new RetainedLimits(0, 0))) {
            server.client().connectV3("p").send("33 06 00 01 't' 00 01 '1'").expectClosed();
        }
    }

    @Test
    void aRestartFindsThem() throws Exception {
        TestServer server = TestServer.start();
        publisher(server).send("33 07 00 01 't' 00 01 00 '1'").expect("40 03 00 01 10");
        try (TestServer next = server.restart()) {
            next.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00")
                    .expect("31 04 00 01 't' '1'");
        }
    }
}
