package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.GlobalEventExecutor;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.testkit.Clause;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WillTest {

    /** CONNECT with a will of QoS 1 to topic w. */
    private static final String CONNECT_WITH_WILL = "10 15 00 04 'MQTT' 04 0e 00 00 00 01 'a' 00 01 'w' 00 03 'bye'";

    private static TestClient subscriber(TestServer server) throws Exception {
        return server.client().connectV3("s").send("82 06 00 01 00 01 'w' 01").expect("90 03 00 01 01");
    }

    /** MQTT-3.1.2-8. */
    @Clause("MQTT3-3.1.2-8")
    @Test
    void theWillOfALostConnectionIsPublished() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            server.client().send(CONNECT_WITH_WILL).expect("20 02 00 00").close();
            subscriber.expect("32 08 00 01 'w' 00 01 'bye'");
        }
    }

    /** MQTT-3.14.4-3, MQTT-3.1.2-10. */
    @Clause({"MQTT3-3.14.4-3", "MQTT3-3.1.2-10"})
    @Test
    void aNormalDisconnectDeletesTheWill() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            server.client()
                    .send(CONNECT_WITH_WILL)
                    .expect("20 02 00 00")
                    .send("e0 00")
                    .expectClosed();
            subscriber.expectNothingElse();
        }
    }

    /** §3.14.2.1 0x04. */
    @Test
    void aClientCanDisconnectAndHaveItsWillPublished() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            server.client()
                    .send("10 17 00 04 'MQTT' 05 0e 00 00 00 00 01 'a' 00 00 01 'w' 00 03 'bye'")
                    .expectPacket("20")
                    .send("e0 01 04")
                    .expectClosed();
            subscriber.expect("32 08 00 01 'w' 00 01 'bye'");
        }
    }

    @Test
    void aRefusedPacketIsNoNormalDisconnect() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            server.client()
                    .send(CONNECT_WITH_WILL)
                    .expect("20 02 00 00")
                    .send("c1 00")
                    .expectClosed();
            subscriber.expect("32 08 00 01 'w' 00 01 'bye'");
        }
    }

    /** MQTT-3.1.3-9: whoever comes back before the delay has passed was never gone. */
    @Clause("MQTT-3.1.3-9")
    @Test
    void aDelayedWillIsNotPublishedWhenTheClientComesBack() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            String connect =
                    "10 21 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 05 18 00000001 00 01 'w' 00 03 'bye'";
            server.client().send(connect).expectPacket("20").close();
            server.waitUntilDisconnected(1);
            server.client().connectV5Persistent("a", 1).send("e0 00").expectClosed();
            server.waitMillis(1200);
            subscriber.expectNothingElse();
        }
    }

    @Test
    void aDelayedWillIsPublishedAfterItsDelay() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            String connect =
                    "10 21 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 05 18 00000001 00 01 'w' 00 03 'bye'";
            server.client().send(connect).expectPacket("20").close();
            server.waitUntilDisconnected(1);
            subscriber.expectNothingElse().expectSilence(500);
            server.waitMillis(700);
            subscriber.expectPacket("32").expectNothingElse();
        }
    }

    /** Who never got a CONNACK has not come back (MQTT-3.1.3-9), whatever became of the session on its way there. */
    @Test
    void aDelayedWillGoesOnWaitingWhenItsSessionComesTooLateForWhoWantedIt() throws Exception {
        AtomicReference<Thread> loopOfFirst = new AtomicReference<>();
        CompletableFuture<Authenticator.Verdict> late = new CompletableFuture<>();
        AtomicBoolean isLate = new AtomicBoolean();
        CountDownLatch asked = new CountDownLatch(2);
        Authenticator authenticator = credentials -> {
            if (!isLate.get()) {
                loopOfFirst.set(Thread.currentThread());
                return TestServer.EVERYBODY.authenticate(credentials);
            }
            asked.countDown();
            return Thread.currentThread() == loopOfFirst.get() ? new CompletableFuture<>() : late;
        };
        MqttSettings settings = new TestSettings()
                .with(changed -> changed.connectTimeoutMillis = 500)
                .build();
        try (TestServer server = new TestServer(new MemoryStore(), authenticator, settings)) {
            TestClient subscriber = subscriber(server);
            String connect =
                    "10 21 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 05 18 00000001 00 01 'w' 00 03 'bye'";
            server.client().send(connect).expectPacket("20").close();
            server.waitUntilDisconnected(1);
            isLate.set(true);
            String again = "10 0d 00 04 'MQTT' 04 00 00 00 00 01 'a'";
            server.client().send(again); // one of the two is on the other loop
            server.client().send(again);
            assertTrue(asked.await(5, TimeUnit.SECONDS));
            CountDownLatch goOn = new CountDownLatch(1);
            CountDownLatch standsStill = new CountDownLatch(1);
            server.loops.forEach(loop -> loop.execute(() -> {
                if (Thread.currentThread() != loopOfFirst.get()) return;
                standsStill.countDown();
                await(goOn);
            }));
            assertTrue(standsStill.await(5, TimeUnit.SECONDS));
            late.complete(new Authenticator.Verdict.Welcome(Identity.ANONYMOUS));
            for (int i = 0;
                    i < 500 && server.listener.counters().connectionsClosed.sum() < 2;
                    i++) {
                GlobalEventExecutor.INSTANCE
                        .schedule(() -> {}, 10, TimeUnit.MILLISECONDS)
                        .sync();
            }
            goOn.countDown();
            server.waitUntilDisconnected(3);
            subscriber.expectPacket("32").expectNothingElse();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** MQTT-3.1.2-8: the end of the session is the end of the delay. */
    @Clause("MQTT-3.1.2-8")
    @Test
    void aDelayedWillIsPublishedWhenItsSessionEnds() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = subscriber(server);
            String connect =
                    "10 21 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 05 18 00000e10 00 01 'w' 00 03 'bye'";
            server.client().send(connect).expectPacket("20").close();
            server.client().connectV5("a");
            subscriber.expectPacket("32");
        }
    }

    /** One that came with a later start would speak of a client that may be there. */
    @Test
    void aWillThatTheDiskHasNoRoomForIsCountedAndForgotten() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client()
                    .connectV3Persistent("heir", 0)
                    .send("82 06 00 01 00 01 'w' 01")
                    .expect("90 03 00 01 01");
            TestClient mortal = server.client()
                    .send("10 1c 00 04 'MQTT' 05 0c 00 00 05 11 00000e10 00 01 'a' 00 00 01 'w' 00 03 'bye'")
                    .expectPacket("20");
            assertEquals(1, server.store.table("mqtt.wills").size());
            server.store.beShort("Make room.");
            mortal.close();
            server.waitUntil(() -> server.store.table("mqtt.wills").size() == 0);
            assertEquals(1, server.broker.counters().refusedForDisk.sum());
        }
    }
}
