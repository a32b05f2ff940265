package io.signalbox.conformance.exactlyonce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whole QoS 2 exchanges of a 3.1.1 client, and what its application has had of them. Used by one thread. */
final class Exchanges {

    private final Map<Integer, Integer> received = new HashMap<>();
    private final List<Integer> delivered = new ArrayList<>();

    /** Connects to a session that stays; it must be there already if it was. */
    static Wire connect(InetSocketAddress address, String clientId, boolean sessionPresent) throws IOException {
        Wire wire = new Wire(address, clientId);
        connected(wire, sessionPresent);
        return wire;
    }

    static void connected(Wire wire, boolean sessionPresent) throws IOException {
        assertEquals(new Wire.Packet(Wire.CONNACK, sessionPresent ? 0x100 : 0, 0), wire.read());
    }

    static void publish(Wire wire, String topic, int packetId, int number) throws IOException {
        wire.publish(topic, packetId, number, false);
        acknowledged(wire, packetId);
    }

    /** PUBREC, PUBREL, PUBCOMP. */
    static void acknowledged(Wire wire, int packetId) throws IOException {
        expect(wire, Wire.PUBREC, packetId);
        release(wire, packetId);
    }

    static void release(Wire wire, int packetId) throws IOException {
        wire.acknowledge(Wire.PUBREL, packetId);
        expect(wire, Wire.PUBCOMP, packetId);
    }

    static void expect(Wire wire, int first, int packetId) throws IOException {
        assertEquals(new Wire.Packet(first, packetId, 0), wire.read());
    }

    /** Receives a PUBLISH and says nothing; its packet identifier. */
    int hear(Wire wire) throws IOException {
        Wire.Packet packet = wire.read();
        assertTrue(packet.isPublish(), "a PUBLISH was due and not " + packet);
        heard(packet);
        return packet.packetId();
    }

    private void heard(Wire.Packet packet) {
        Integer known = received.put(packet.packetId(), packet.number());
        if (known == null) delivered.add(packet.number());
        if (known != null) assertEquals(known, packet.number(), "what the identifier stands for");
    }

    /** PUBREC is sent and PUBREL has come. */
    void receive(Wire wire, int packetId) throws IOException {
        wire.acknowledge(Wire.PUBREC, packetId);
        expect(wire, Wire.PUBREL, packetId);
        received.remove(packetId);
    }

    /** Answers whatever comes until so many numbers have come and each exchange has come to its end. */
    void complete(Wire wire, int numbers) throws IOException {
        while (delivered.size() < numbers || !received.isEmpty()) {
            Wire.Packet packet = wire.read();
            if (packet.isPublish()) {
                heard(packet);
                wire.acknowledge(Wire.PUBREC, packet.packetId());
            } else {
                assertEquals(Wire.PUBREL, packet.first(), "PUBLISH or PUBREL was due and not " + packet);
                received.remove(packet.packetId());
                wire.acknowledge(Wire.PUBCOMP, packet.packetId());
            }
        }
    }

    /** The numbers that the application has had. */
    List<Integer> delivered() {
        return delivered;
    }
}
