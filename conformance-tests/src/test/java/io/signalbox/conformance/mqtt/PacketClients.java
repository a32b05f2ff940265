package io.signalbox.conformance.mqtt;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The clients of one test, whose {@code ~} is the same name. Used by one thread. */
final class PacketClients implements AutoCloseable {

    private static final AtomicInteger TESTS = new AtomicInteger();

    private final BrokerUnderTest broker;
    private final String name = "q" + TESTS.incrementAndGet();
    private final List<PacketClient> clients = new ArrayList<>();
    private int anonymous;

    PacketClients(BrokerUnderTest broker) {
        this.broker = broker;
    }

    /** What {@code ~} stands for. */
    String name() {
        return name;
    }

    /** A connection on which nothing has been said. */
    PacketClient open(Version version) throws IOException {
        PacketClient client = new PacketClient(broker.mqtt(), version, name);
        clients.add(client);
        return client;
    }

    /** A client whose session is new and ends with its connection. */
    PacketClient connect(Version version) throws IOException {
        return connect(version, "c" + ++anonymous);
    }

    PacketClient connect(Version version, String id) throws IOException {
        PacketClient client = open(version).send("10 {<MQTT> " + version.level + " 02 0000 ; <~" + id + ">}");
        client.expectConnAck("00 00");
        return client;
    }

    /** A client whose session stays; {@code present} is 1 if it was there. */
    PacketClient resume(Version version, String id, int present) throws IOException {
        String properties = version.isV5() ? "{11 00000e10}" : "";
        PacketClient client =
                open(version).send("10 {<MQTT> " + version.level + " 00 0000" + properties + "<~" + id + ">}");
        client.expectConnAck("0" + present + " 00");
        return client;
    }

    PacketClient subscriber(Version version, String filter, int qos) throws IOException {
        return subscribe(connect(version), filter, qos);
    }

    static PacketClient subscribe(PacketClient client, String filter, int qos) throws IOException {
        return client.send("82 {0001; <" + filter + "> 0" + qos + "}").expect("90 {0001; 0" + qos + "}");
    }

    /** Publishes at QoS 1, from another client, and waits for the acknowledgement. */
    void publish(String topic, String payload) throws IOException {
        try (PacketClient publisher = connect(Version.V3_1_1)) {
            publisher.send("32 {<" + topic + "> 0001 '" + payload + "'}").expect("40 {0001}");
        }
    }

    @Override
    public void close() throws IOException {
        for (PacketClient client : clients) client.close();
    }
}
