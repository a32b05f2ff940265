package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.testkit.Clause;
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
