package io.signalbox.conformance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.ProcessMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client that does nothing holds of the broker's heap: live objects after a full collection with many of them, less those
 * without. {@code benchmarks/run memory} measures the same with more of them; here something is left for the noise of few.
 */
@Isolated
class IdleHeapIT {

    private static final int CLIENTS = 2000;

    /** Come and leave before, so that what is made once does not count. */
    private static final int FIRST = 100;

    private final List<Socket> clients = new ArrayList<>();

    /** What a client asks for, and the most that it may cost. */
    private record Kind(String name, boolean stays, boolean subscribes, int mostBytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("nothing", false, false, 1480),
                new Kind("a subscription of QoS 1", false, true, 2060),
                new Kind("a subscription of QoS 1 in a session that stays", true, true, 2620));
    }

    @AfterEach
    void leave() throws IOException {
        for (Socket client : clients) client.close();
        clients.clear();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @Timeout(120)
    void anIdleClientIsSmall(Kind kind) throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh());
        try {
            connect(broker.mqtt(), kind, "first", FIRST);
            leave();
            long before = liveBytes(broker);
            connect(broker.mqtt(), kind, "idle", CLIENTS);
            long each = (liveBytes(broker) - before) / CLIENTS;
            System.out.printf(Locale.ROOT, "An idle client with %s costs %d bytes of heap.%n", kind, each);
            assertTrue(each > 500, each + " bytes each: they were not there");
            assertTrue(each <= kind.mostBytes, each + " bytes each, and not " + kind.mostBytes + " at most");
        } finally {
            broker.stop();
            broker.close();
            BrokerProcess.deleteData(broker.dataDirectory());
        }
    }

    /** What one collection finds unreachable may hold what only the next can remove. */
    private static long liveBytes(BrokerProcess broker) throws IOException {
        ProcessMemory.of(broker.pid());
        return ProcessMemory.of(broker.pid()).liveBytes();
    }

    private void connect(InetSocketAddress address, Kind kind, String name, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket client = new Socket(address.getAddress(), address.getPort());
            clients.add(client);
            client.getOutputStream().write(connect(name + "-" + i, kind.stays));
            assertEquals(0x20, client.getInputStream().readNBytes(4)[0], "CONNACK");
            if (!kind.subscribes) continue;
            client.getOutputStream().write(subscribe("idle/" + name + "/" + i));
            assertEquals(1, client.getInputStream().readNBytes(5)[4], "granted QoS");
        }
    }

    private static byte[] connect(String clientId, boolean stays) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, (byte) (stays ? 0 : 2), 0, 0});
        writeText(body, clientId);
        return packet(0x10, body);
    }

    private static byte[] subscribe(String filter) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 1});
        writeText(body, filter);
        body.write(1);
        return packet(0x82, body);
    }

    private static void writeText(ByteArrayOutputStream body, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        body.write(0);
        body.write(bytes.length);
        body.writeBytes(bytes);
    }

    private static byte[] packet(int firstByte, ByteArrayOutputStream body) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(firstByte);
        packet.write(body.size());
        body.writeTo(packet);
        return packet.toByteArray();
    }
}
