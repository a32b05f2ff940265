package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.Bytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A 3.1.1 client of a shared subscription that acknowledges what it gets, up to a number. Its thread is its own. */
final class GroupMember implements AutoCloseable {

    /** What it got, as {@code payload} or, sent again, as {@code payload again}. */
    final Queue<String> received = new ConcurrentLinkedQueue<>();

    /** The payloads it has acknowledged. */
    final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

    private final Socket socket;
    private final AtomicInteger acknowledgements;

    /** @param acknowledgements how many it gives before it only listens */
    GroupMember(InetSocketAddress address, String clientId, String filter, int acknowledgements) throws IOException {
        this.acknowledgements = new AtomicInteger(acknowledgements);
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        send("10" + hex(12 + id.length) + "00 04 'MQTT' 04 02 00 00 00" + hex(id.length) + "'" + clientId + "'");
        send("82" + hex(5 + filter.length()) + "00 01 00" + hex(filter.length()) + "'" + filter + "' 01");
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[4 + 5]); // CONNACK, SUBACK
        Thread reader = new Thread(() -> read(in), clientId);
        reader.setDaemon(true);
        reader.start();
    }

    private void read(DataInputStream in) {
        try {
            while (true) {
                int header = in.readUnsignedByte();
                byte[] packet = new byte[in.readUnsignedByte()];
                in.readFully(packet);
                int topicEnd = 2 + packet[1];
                String payload = new String(packet, topicEnd + 2, packet.length - topicEnd - 2, StandardCharsets.UTF_8);
                received.add((header & 0x08) != 0 ? payload + " again" : payload);
                if (acknowledgements.getAndDecrement() <= 0) continue;
                send("40 02" + hex(packet[topicEnd]) + hex(packet[topicEnd + 1]));
                acknowledged.add(payload);
            }
        } catch (IOException e) {
            // it was killed, by the test or with the server
        }
    }

    private void send(String bytes) throws IOException {
        socket.getOutputStream().write(Bytes.of(bytes));
    }

    private static String hex(int value) {
        return String.format("%02x", value & 0xFF);
    }

    /** Ends as a client does that is killed: without a word. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
