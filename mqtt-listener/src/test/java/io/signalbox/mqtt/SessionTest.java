package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.testkit.Clause;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {

    private static final String SUBSCRIBE_T_QOS1 = "82 06 00 01 00 01 't' 01";
    private static final String SUBACK_QOS1 = "90 03 00 01 01";

    private static void publish(TestServer server, String payload) throws Exception {
        TestClient publisher = server.client().connectV3("publisher");
        publisher
                .send("32 06 00 01 't' 00 01 '" + payload + "'")
                .expect("40 02 00 01")
                .close();
    }

    /** A session "s" with a filter "t" stays, without its client. */
    private static void subscribeAndLeave(TestServer server) throws Exception {
        server.client()
                .connectV3Persistent("s", 0)
                .send(SUBSCRIBE_T_QOS1)
                .expect(SUBACK_QOS1)
                .close();
        server.waitUntilDisconnected(1);
    }

    /** MQTT-3.1.2-5, MQTT-3.2.2-3, MQTT-3.1.2-23. */
    @Clause({"MQTT3-3.1.2-4", "MQTT3-3.1.2-5", "MQTT3-3.2.2-2", "MQTT3-4.5.0-1"})
    @Test
    void aPersistentSessionGetsWhatCameWhileItsClientWasAway() throws Exception {
        try (TestServer server = TestServer.start()) {
            subscribeAndLeave(server);
            publish(server, "x");
            server.client()
                    .connectV3Persistent("s", 1)
                    .expect("32 06 00 01 't' 00 01 'x'")
                    .expectNothingElse();
        }
    }

    /** MQTT-3.1.2-4, MQTT-3.2.2-2. */
    @Clause({"MQTT3-3.1.2-6", "MQTT3-3.2.2-1"})
    @Test
    void aCleanStartFindsNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3Persistent("s", 0)
                    .send(SUBSCRIBE_T_QOS1)
                    .expect(SUBACK_QOS1)
                    .close();
            publish(server, "x");
            server.client().connectV3("s").expectNothingElse().send("e0 00").expectClosed();
            server.client().connectV3Persistent("s", 0).expectNothingElse();
            assertEquals(1, server.broker.defaultVirtualHost().queues().size() + server.listener.sessions());
        }
    }

    /** A QoS 0 message is not kept for a client that is away. */
    @Test
    void qos0IsNotKept() throws Exception {
        try (TestServer server = TestServer.start()) {
            subscribeAndLeave(server);
            server.client().connectV3("p").send("30 04 00 01 't' 'x'").expectNothingElse();
            server.client().connectV3Persistent("s", 1).expectNothingElse();
        }
    }

    /** MQTT-4.4.0-1, MQTT-4.6.0-1, MQTT-3.3.1-1: again, in order, with DUP and the same packet identifiers. */
    @Clause({"MQTT3-4.4.0-1", "MQTT3-4.6.0-6", "MQTT3-3.3.1-1"})
    @Test
    void whatWasNotAcknowledgedIsSentAgain() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient first = server.client()
                    .connectV3Persistent("s", 0)
                    .send(SUBSCRIBE_T_QOS1)
                    .expect(SUBACK_QOS1);
            for (String payload : new String[] {"a", "b", "c"}) publish(server, payload);
            first.expect("32 06 00 01 't' 00 01 'a'")
                    .expect("32 06 00 01 't' 00 02 'b'")
                    .expect("32 06 00 01 't' 00 03 'c'")
                    .send("40 02 00 02")
                    .expectNothingElse()
                    .close();
            server.waitUntilDisconnected(4); // it and the three publishers
            publish(server, "d");
            server.client()
                    .connectV3Persistent("s", 1)
                    .expect("3a 06 00 01 't' 00 01 'a'")
                    .expect("3a 06 00 01 't' 00 03 'c'")
                    .expectPacket("32")
                    .send("40 02 00 01 40 02 00 03 40 02 00 04")
                    .expectNothingElse();
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
        }
    }

    /** MQTT-3.1.4-3. */
    @Clause("MQTT-3.1.4-3")
    @Test
    void aLaterConnectionTakesTheSessionOver() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient first = server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            publish(server, "x");
            first.expect("32 07 00 01 't' 00 01 00 'x'");
            TestClient second = server.client().connectV5Persistent("s", 1);
            first.expectDisconnect("8e").expectClosed();
            second.expect("3a 07 00 01 't' 00 01 00 'x'").send("40 02 00 01").expectNothingElse();
            assertEquals(1, server.listener.counters().takeovers.sum());
        }
    }

    @Test
    void aStormOfTakeoversEndsWithOneConnectionAndTheSession() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3Persistent("s", 0).send(SUBSCRIBE_T_QOS1).expect(SUBACK_QOS1);
            for (int i = 0; i < 200; i++) server.client().sendConnect("04 'MQTT' 04 00 00 00", "s");
            server.waitUntil(() -> server.listener.counters().takeovers.sum() == 200);
            TestClient last = server.client().connectV3Persistent("s", 1);
            publish(server, "x");
            last.expect("32 06 00 01 't' 00 01 'x'").expectNothingElse();
            assertEquals(1, server.broker.defaultVirtualHost().queues().size());
        }
    }

    /** §3.14.2.2.2. */
    @Test
    void aDisconnectCanEndTheSession() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5Persistent("s", 0)
                    .send("e0 07 00 05 11 00000000")
                    .expectClosed();
            server.client().connectV5Persistent("s", 0);
        }
    }

    /** §3.14.2.2.2: zero cannot become more. */
    @Test
    void aSessionThatWasToEndCannotBeKept() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("s")
                    .send("e0 07 00 05 11 00000005")
                    .expectPacket("e0")
                    .expectClosed();
        }
    }

    /** MQTT-4.1.0-2. */
    @Clause("MQTT-4.1.0-2")
    @Test
    void aSessionEndsWhenItsExpiryHasPassed() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 13 00 04 'MQTT' 05 02 00 00 05 11 00000001 00 01 's'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01")
                    .close();
            server.waitUntilDisconnected(1);
            assertEquals(1, server.listener.sessions());
            server.waitUntil(() -> server.listener.sessions() == 0
                    && server.broker.defaultVirtualHost().queues().isEmpty());
        }
    }

    /** What SUBACK and CONNACK say of a session is durable before they say it. */
    @Test
    void connackAndSubackWaitForTheForce() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.store.hold();
            TestClient client =
                    server.client().sendConnect("04 'MQTT' 04 00 00 00", "s").expectSilence(100);
            server.store.release();
            client.expect("20 02 00 00");
            server.store.hold();
            client.send(SUBSCRIBE_T_QOS1).expectNothingElse();
            server.store.release();
            client.expect(SUBACK_QOS1);
            server.store.hold();
            client.send("a2 05 00 02 00 01 't'").expectNothingElse();
            server.store.release();
            client.expect("b0 02 00 02");
        }
    }

    @Test
    void sessionsAndSubscriptionsSurviveARestart() throws Exception {
        TestServer first = TestServer.start();
        first.client()
                .connectV5Persistent("s", 0)
                .send("82 15 00 01 02 0b 05 00 01 't' 05 00 03 'a/+' 00 00 03 'b/#' 01")
                .expect("90 06 00 01 00 01 00 01")
                .send("a2 08 00 02 00 00 03 'b/#'")
                .expect("b0 04 00 02 00 00");
        first.client().connectV3("gone").send(SUBSCRIBE_T_QOS1).expect(SUBACK_QOS1);
        try (TestServer second = first.restart()) {
            assertEquals(1, second.listener.sessions());
            assertEquals(1, second.broker.defaultVirtualHost().queues().size());
            publish(second, "x");
            TestClient client = second.client()
                    .connectV5Persistent("s", 1)
                    .expect("32 09 00 01 't' 00 01 02 0b 05 'x'")
                    .send("40 02 00 01")
                    .expectNothingElse();
            second.client()
                    .connectV3("p")
                    .send("30 06 00 03 'a/1' 'y'")
                    .send("30 06 00 03 'b/1' 'z'")
                    .expectNothingElse();
            client.expect("30 09 00 03 'a/1' 02 0b 05 'y'").expectNothingElse();
        }
    }

    @Test
    void aSessionThatExpiredWhileTheServerWasDownIsGone() throws Exception {
        TestServer first = TestServer.start();
        first.client()
                .connectV5Persistent("s", 0)
                .send("82 07 00 01 00 00 01 't' 01")
                .expect("90 04 00 01 00 01")
                .close();
        first.waitUntilDisconnected(1);
        first.clockMillis.addAndGet(3_600_000);
        try (TestServer second = first.restart()) {
            assertEquals(0, second.listener.sessions());
            assertEquals(0, second.broker.defaultVirtualHost().queues().size());
            second.client().connectV5Persistent("s", 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOperatorWhoRemovesTheQueueEndsTheSession(boolean hasHadMessages) throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client()
                    .connectV5Persistent("s", 0)
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            if (hasHadMessages) {
                server.client().connectV5("p").send("32 06 00 01 't' 00 01 00").expect("40 02 00 01");
                client.expect("32 06 00 01 't' 00 01 00").send("40 02 00 01");
            }
            String queue = server.broker
                    .defaultVirtualHost()
                    .queues()
                    .iterator()
                    .next()
                    .settings()
                    .name();
            server.onLoop(loop -> server.broker.defaultVirtualHost().deleteQueue(loop, queue));
            client.expectDisconnect("98").expectClosed();
            server.client().connectV5Persistent("s", 0);
        }
    }

    /** Sessions may be very many, and their clients long gone: of the connection, its channel and its socket nothing waits. */
    @Test
    void aSessionWhoseClientIsAwayHoldsNothingOfItsConnection() throws Exception {
        List<WeakReference<SocketAddress>> remotes = new CopyOnWriteArrayList<>(); // each held by its channel
        Authenticator noting = credentials -> {
            remotes.add(new WeakReference<>(credentials.remoteAddress()));
            return TestServer.EVERYBODY.authenticate(credentials);
        };
        try (TestServer server = new TestServer(new MemoryStore(), noting, MqttSettings.defaults())) {
            subscribeAndLeave(server);
            for (int tries = 0; tries < 100 && remotes.get(0).get() != null; tries++) {
                System.gc();
                server.waitMillis(10);
            }
            assertNull(remotes.get(0).get(), "the channel is still held");
            server.client().connectV3Persistent("s", 1);
        }
    }
}
