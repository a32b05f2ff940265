package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.testkit.Clause;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConnectTest {

    private static final String CONNACK_LIMITS = "21 0400 22 0010 25 01 27 01000000 2a 01";

    @Test
    void aVersion3_1_1ClientIsLetIn() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("a").expectNothingElse();
        }
    }

    @Test
    void aVersion3_1ClientIsLetIn() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0f 00 06 'MQIsdp' 03 02 00 00 00 01 'a'")
                    .expect("20 02 00 00")
                    .expectNothingElse();
        }
    }

    @Test
    void aBridgeIsLetIn() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().send("10 0d 00 04 'MQTT' 84 02 00 00 00 01 'b'").expect("20 02 00 00");
        }
    }

    /** §3.2.2.3: what cannot be done is announced. */
    @Test
    void aVersion5ClientHearsTheLimits() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'a'")
                    .expect("20 12 00 00 0f" + CONNACK_LIMITS)
                    .expectNothingElse();
        }
    }

    /** MQTT-3.1.3-6, MQTT-3.1.3-7, MQTT-3.2.2-16. */
    @Test
    void anEmptyClientIdentifierIsAssigned() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().send("10 0d 00 04 'MQTT' 05 02 00 00 00 00 00").expect("20 3a 00 00 37 12 00 25 'auto-'");
        }
    }

    /** 3.1.1 MQTT-3.1.3-8. */
    @Test
    void anEmptyClientIdentifierWithoutCleanSessionIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0c 00 04 'MQTT' 04 00 00 00 00 00")
                    .expect("20 02 00 02")
                    .expectClosed();
        }
    }

    /** MQTT-3.1.2-2. */
    @Test
    void anUnknownVersionIsToldSo() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0d 00 04 'MQTT' 06 02 00 00 00 00 00")
                    .expect("20 02 00 01")
                    .expectClosed();
        }
    }

    /** §4.13.1. */
    @Test
    void aMalformedVersion5ConnectIsAnswered() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 0d 00 04 'MQTT' 05 03 00 00 00 00 00")
                    .expect("20 26 00 81 23 1f 00 20 'the reserved connect flag is set'")
                    .expectClosed();
            assertEquals(
                    1,
                    server.listener
                            .counters()
                            .refusals(ReasonCode.MALFORMED_PACKET)
                            .sum());
        }
    }

    /** 3.1.1 MQTT-3.1.4-1. */
    @Test
    void aMalformedVersion3ConnectIsNotAnswered() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().send("10 0c 00 04 'MQTT' 04 03 00 00 00 00").expectClosed();
        }
    }

    /** MQTT-3.1.0-1. */
    @Test
    void anotherFirstPacketEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().send("c0").expectClosed();
        }
    }

    /** MQTT-3.1.0-2. */
    @Test
    void aSecondConnectEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("a")
                    .send("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'a'")
                    .expect("e0 15 82 13 1f 00 10 'a second CONNECT'")
                    .expectClosed();
        }
    }

    @Test
    void nothingLargeIsReadBeforeConnect() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().send("10 fd ff 03").expectClosed();
            assertEquals(
                    1,
                    server.listener
                            .counters()
                            .refusals(ReasonCode.PACKET_TOO_LARGE)
                            .sum());
        }
    }

    /** MQTT-3.2.2-15. */
    @Test
    void aPacketAboveTheAnnouncedMaximumEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV5("a")
                    .send("30 fc ff ff 07")
                    .expect("e0 27 95 25 1f 00 22 'the packet is larger than 16777216'")
                    .expectClosed();
        }
    }

    /** MQTT-4.12.0-1. */
    @Test
    void enhancedAuthenticationIsRefused() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .send("10 12 00 04 'MQTT' 05 02 00 00 04 15 00 01 'S' 00 01 'a'")
                    .expectPacket("20")
                    .expectClosed();
            assertEquals(
                    1,
                    server.listener
                            .counters()
                            .refusals(ReasonCode.BAD_AUTHENTICATION_METHOD)
                            .sum());
        }
    }

    @Test
    void aConnectionWithoutConnectIsNotKept() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.connectTimeoutMillis = 50))) {
            server.client().send("10 0c 00 04").expectClosed();
        }
    }

    /** MQTT-3.1.2-22. */
    @Test
    void silenceBeyondTheKeepAliveEndsTheConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            long before = System.nanoTime();
            server.client()
                    .send("10 0e 00 04 'MQTT' 05 02 00 01 00 00 01 'a'")
                    .expectPacket("20")
                    .expectDisconnect("8d")
                    .expectClosed();
            long millis = (System.nanoTime() - before) / 1_000_000;
            assertEquals(true, millis >= 1400, "gave up after " + millis + " ms");
        }
    }

    /** MQTT-3.1.2-21. */
    @Test
    void aLongKeepAliveIsShortened() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.maximumKeepAliveSeconds = 60))) {
            server.client()
                    .send("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'a'")
                    .expect("20 15 00 00 12 13 003c" + CONNACK_LIMITS);
        }
    }

    private static TestServer serverWith(Authenticator authenticator) throws Exception {
        return new TestServer(new MemoryStore(), authenticator, MqttSettings.defaults());
    }

    private static CompletableFuture<Verdict> verdict(Verdict verdict) {
        return CompletableFuture.completedFuture(verdict);
    }

    /** MQTT-3.1.4-2. */
    @Clause("MQTT-3.1.4-2")
    @Test
    void wrongCredentialsAreRefused() throws Exception {
        Authenticator onlyUser = credentials -> verdict(
                credentials instanceof Credentials.Password p && p.user().equals("u")
                        ? new Verdict.Welcome(Identity.unproved("u"))
                        : new Verdict.Refused("unknown"));
        try (TestServer server = serverWith(onlyUser)) {
            server.client()
                    .send("10 13 00 04 'MQTT' 04 c2 00 00 00 01 'a' 00 01 'u' 00 01 'p'")
                    .expect("20 02 00 00");
            server.client()
                    .send("10 13 00 04 'MQTT' 04 c2 00 00 00 01 'b' 00 01 'x' 00 01 'p'")
                    .expect("20 02 00 04")
                    .expectClosed();
            server.client()
                    .send("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c'")
                    .expect("20 02 00 05")
                    .expectClosed();
            server.client()
                    .send("10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'c'")
                    .expect("20 22 00 87 1f 1f 00 1c 'the credentials were refused'")
                    .expectClosed();
        }
    }

    @Test
    void anAuthenticatorThatFailsIsNoReasonToLetAnyoneIn() throws Exception {
        try (TestServer server = serverWith(c -> CompletableFuture.failedFuture(new IllegalStateException("down")))) {
            server.client()
                    .send("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'c'")
                    .expect("20 02 00 03")
                    .expectClosed();
        }
    }

    /** MQTT-3.1.4-5: clients need not wait for CONNACK; what they send meanwhile is processed in order after it. */
    @Test
    void whatIsSentBeforeConnackWaitsForTheVerdict() throws Exception {
        CompletableFuture<Verdict> later = new CompletableFuture<>();
        try (TestServer server = serverWith(credentials -> later)) {
            TestClient client = server.client()
                    .send("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a'")
                    .send("82 06 00 01 00 01 't' 01")
                    .send("32 06 00 01 't' 00 02 'x'")
                    .send("c0 00")
                    .expectSilence(100);
            later.complete(new Verdict.Welcome(Identity.ANONYMOUS));
            client.expect("20 02 00 00").expect("90 03 00 01 01");
            // The answers to PUBLISH and PINGREQ, and the message itself, may come in any order.
            client.expectInAnyOrder("40 02 00 02", "d0 00", "32 06 00 01 't' 00 01 'x'");
        }
    }

    /** MQTT-3.1.4-6. */
    @Test
    void whatFollowsARefusedConnectIsNotProcessed() throws Exception {
        try (TestServer server = serverWith(c -> verdict(new Verdict.Refused("no")))) {
            TestClient client = server.client();
            client.send("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a' 32 06 00 01 't' 00 02 'x'");
            client.expect("20 02 00 05").expectClosed();
            assertEquals(0, server.listener.counters().publishesReceived.sum());
        }
    }

    @Test
    void clientsHearThatTheServerStops() throws Exception {
        TestServer server = TestServer.start();
        TestClient v5 = server.client().connectV5("a");
        TestClient v3 = server.client().connectV3("b");
        var stopped = server.listener.close();
        v5.expectDisconnect("8b").expectClosed();
        v3.expectClosed();
        stopped.toCompletableFuture().get();
        server.close();
    }
}
