package io.signalbox.mqtt;

import org.junit.jupiter.api.Test;

/** The window to a client is made when something comes for it, and stands as if it had always been there. */
class FirstMessageTest {

    private static final String SUBSCRIBE = "82 07 00 01 00 00 01 't' 01";
    private static final String SUBACK = "90 04 00 01 00 01";

    private static void publish(TestServer server, String... payloads) throws Exception {
        TestClient publisher = server.client().connectV3("p");
        for (String payload : payloads) {
            publisher.send("32 06 00 01 't' 00 07 '" + payload + "'").expect("40 02 00 07");
        }
        publisher.close();
    }

    /** MQTT-3.3.4-9: whatever each of the queues was told before they knew of each other. */
    @Test
    void comesWithinWhatTheClientTakesOfAllItsQueues() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client()
                    .send("10 11 00 04 'MQTT' 05 02 00 00 03 21 00 02 00 01 's'")
                    .expectPacket("20")
                    .send(SUBSCRIBE)
                    .expect(SUBACK)
                    .send("82 0e 00 02 00 00 08 '$queue/q' 01")
                    .expect("90 04 00 02 00 01");
            TestClient publisher = server.client().connectV3("p");
            for (int i = 1; i <= 2; i++) {
                publisher.send("32 0d 00 08 '$queue/q' 00 07 '" + i + "'").expect("40 02 00 07");
            }
            publish(server, "3", "4");
            client.expect("32 0e 00 08 '$queue/q' 00 01 00 '1'")
                    .expect("32 0e 00 08 '$queue/q' 00 02 00 '2'")
                    .expectNothingElse()
                    .send("40 02 00 01")
                    .expect("32 07 00 01 't' 00 03 00 '3'")
                    .expectNothingElse()
                    .send("40 02 00 02 40 02 00 03")
                    .expect("32 07 00 01 't' 00 04 00 '4'")
                    .send("40 02 00 04")
                    .expectNothingElse();
        }
    }

    @Test
    void goesToWhoeverHasTakenTheSessionOver() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient before =
                    server.client().connectV5Persistent("s", 0).send(SUBSCRIBE).expect(SUBACK);
            TestClient after = server.client().connectV5Persistent("s", 1);
            before.expectDisconnect("8e").expectClosed();
            publish(server, "1");
            after.expect("32 07 00 01 't' 00 01 00 '1'").expectNothingElse();
            TestClient last = server.client().connectV5Persistent("s", 1);
            after.expectDisconnect("8e").expectClosed();
            last.expect("3a 07 00 01 't' 00 01 00 '1'").send("40 02 00 01").expectNothingElse();
        }
    }

    /** The queue was told of the whole window before there was one, and learns of each place that is free again. */
    @Test
    void isFollowedByAsManyAsAreAcknowledged() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient client = server.client()
                    .send("10 11 00 04 'MQTT' 05 02 00 00 03 21 00 02 00 01 's'")
                    .expectPacket("20")
                    .send(SUBSCRIBE)
                    .expect(SUBACK);
            publish(server, "1", "2", "3", "4", "5");
            client.expect("32 07 00 01 't' 00 01 00 '1'")
                    .expect("32 07 00 01 't' 00 02 00 '2'")
                    .expectNothingElse();
            for (int i = 1; i <= 3; i++) {
                int next = i + 2;
                client.send("40 02 00 0" + i)
                        .expect("32 07 00 01 't' 00 0" + next + " 00 '" + next + "'")
                        .expectNothingElse();
            }
        }
    }
}
