package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.testkit.Clause;
import org.junit.jupiter.api.Test;

/** QoS 2 in a group: a message that one member may have nobody else gets (MQTT-4.8.2-4, MQTT-4.8.2-5). */
class SharedQos2Test {

    private static final String SUBSCRIBE = "82 10 00 01 00 00 0a '$share/g/t' 02";
    private static final String SUBACK = "90 04 00 01 00 02";

    private static void publish(TestServer server, String payload) throws Exception {
        server.client()
                .connectV3("p")
                .send("34 06 00 01 't' 00 07 '" + payload + "'")
                .expect("50 02 00 07")
                .send("62 02 00 07")
                .expect("70 02 00 07")
                .close();
    }

    /** A member that has a message and is lost before it says so. */
    private static void loseMemberInFlight(TestServer server) throws Exception {
        TestClient lost =
                server.client().connectV5Persistent("a", 0).send(SUBSCRIBE).expect(SUBACK);
        publish(server, "x");
        lost.expect("34 07 00 01 't' 00 01 00 'x'").close();
        server.waitUntilDisconnected(2);
    }

    /** MQTT-4.8.2-4. */
    @Clause("MQTT-4.8.2-4")
    @Test
    void aMessageInFlightWaitsForItsMember() throws Exception {
        try (TestServer server = TestServer.start()) {
            loseMemberInFlight(server);
            TestClient other = server.client().connectV5("b").send(SUBSCRIBE).expect(SUBACK);
            publish(server, "y");
            other.expect("34 07 00 01 't' 00 01 00 'y'").expectNothingElse();
            server.client()
                    .connectV5Persistent("a", 1)
                    .expect("3c 07 00 01 't' 00 01 00 'x'")
                    .send("50 02 00 01")
                    .expect("62 02 00 01")
                    .send("70 02 00 01")
                    .expectNothingElse();
            other.expectNothingElse();
        }
    }

    /** MQTT-4.8.2-5. */
    @Clause("MQTT-4.8.2-5")
    @Test
    void aMessageInFlightEndsWithTheSessionOfItsMember() throws Exception {
        try (TestServer server = TestServer.start()) {
            loseMemberInFlight(server);
            TestClient other = server.client().connectV5("b").send(SUBSCRIBE).expect(SUBACK);
            server.client().connectV5("a").expectNothingElse();
            other.expectNothingElse();
            var status = server.broker
                    .defaultVirtualHost()
                    .queue("$share/g/t")
                    .orElseThrow()
                    .status();
            assertEquals(0, status.ready() + status.unsettled());
        }
    }
}
