package io.signalbox.conformance.peer;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/**
 * A bare MQTT 3.1.1 publisher that sends all its messages at QoS 1 in one burst and then waits for the PUBACKs. The packet
 * identifier of message n is n + 1. Used by one thread.
 */
public final class MqttBurst implements AutoCloseable {

    private static final int READ_LIMIT_MILLIS = 60_000;
    private static final int PUBLISH_QOS_1 = 0x32;
    private static final int PUBACK = 0x40;

    private final Socket socket;
    private final DataInputStream in;

    private MqttBurst(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects with a clean session. */
    public static MqttBurst connect(InetSocketAddress address, String clientId) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_LIMIT_MILLIS);
        MqttBurst publisher = new MqttBurst(socket);
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.writeBytes(
                new byte[] {0x10, (byte) (12 + id.length), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, (byte) id.length});
        packet.writeBytes(id);
        socket.getOutputStream().write(packet.toByteArray());
        byte[] answer = publisher.in.readNBytes(4);
        if (answer.length < 4 || answer[0] != 0x20 || answer[3] != 0) throw new IOException("CONNECT was refused");
        return publisher;
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    /** Publishes all, waits for all answers, and returns how many were unanswered when the last had been sent. */
    public int publish(String topic, List<byte[]> payloads) throws IOException {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(burst);
        for (int i = 0; i < payloads.size(); i++) {
            out.writeByte(PUBLISH_QOS_1);
            writeLength(out, 2 + name.length + 2 + payloads.get(i).length);
            out.writeShort(name.length);
            out.write(name);
            out.writeShort(i + 1);
            out.write(payloads.get(i));
        }
        socket.getOutputStream().write(burst.toByteArray());
        int inFlight = payloads.size() - in.available() / 4;
        BitSet open = new BitSet();
        open.set(1, payloads.size() + 1);
        while (!open.isEmpty()) {
            if (in.readUnsignedByte() != PUBACK || in.readUnsignedByte() != 2) throw new IOException("not a PUBACK");
            open.clear(in.readUnsignedShort());
        }
        return inFlight;
    }

    private static void writeLength(DataOutputStream out, int length) throws IOException {
        int rest = length;
        do {
            int digit = rest & 0x7f;
            rest >>>= 7;
            out.writeByte(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
    }

    @Override
    public void close() throws IOException {
        socket.getOutputStream().write(new byte[] {(byte) 0xe0, 0});
        socket.close();
    }
}
