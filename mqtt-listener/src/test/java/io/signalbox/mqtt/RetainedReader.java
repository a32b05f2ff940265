package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** A 3.1.1 subscriber that takes retained messages of QoS 1 from many topics and acknowledges each. */
final class RetainedReader {

    private final Set<String> topics = new HashSet<>();

    /** Retains a message on {@code t/<number>}, at QoS 1. */
    static void publish(TestClient publisher, int number) throws Exception {
        String id = String.format("%04x", number + 1);
        publisher
                .send("33 0b 00 06 't/" + String.format("%04d", number) + "' " + id + " 'x'")
                .expect("40 02 " + id);
    }

    /** Takes and acknowledges so many; none comes twice unless its first time was not acknowledged. */
    void acknowledge(TestClient subscriber, int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            byte[] packet = subscriber.receive();
            assertEquals(0x33, packet[0] & 0xF7, "the first byte but for DUP");
            String topic = new String(packet, 4, 6, StandardCharsets.US_ASCII);
            assertTrue(topics.add(topic), topic + " came twice");
            subscriber.send(String.format("40 02 %02x %02x", packet[10], packet[11]));
        }
    }

    /** Waits until the broker has seen the acknowledgements; what comes meanwhile is not acknowledged. */
    static void awaitAcknowledged(TestClient subscriber) throws Exception {
        subscriber.send("c0 00");
        byte[] packet = subscriber.receive();
        while (packet[0] != (byte) 0xd0) packet = subscriber.receive();
    }

    int topics() {
        return topics.size();
    }
}
