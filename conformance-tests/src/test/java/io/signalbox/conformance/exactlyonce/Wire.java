package io.signalbox.conformance.exactlyonce;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A 3.1.1 connection to a session that stays, packet by packet. Packets are shorter than 128 bytes. Used by one thread. */
final class Wire implements AutoCloseable {

    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;
    static final int PUBLISH_QOS2 = 0x34;
    static final int CONNACK = 0x20;
    static final int PINGRESP = 0xD0;
    private static final int DUP = 0x08;
    private static final int SILENCE_LIMIT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    /** @param number what a PUBLISH says; 0 in others */
    record Packet(int first, int packetId, int number) {
        boolean isPublish() {
            return (first & 0xF0) == 0x30;
        }
    }

    /** Sends CONNECT; CONNACK is the first packet to read. */
    Wire(InetSocketAddress address, String clientId) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(SILENCE_LIMIT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        send(0x10, out -> {
            out.writeUTF("MQTT");
            out.write(new byte[] {4, 0, 0, 0});
            out.writeUTF(clientId);
        });
    }

    void subscribe(String filter) throws IOException {
        send(0x82, out -> {
            out.writeShort(1);
            out.writeUTF(filter);
            out.write(2);
        });
    }

    void publish(String topic, int packetId, int number, boolean again) throws IOException {
        send(again ? PUBLISH_QOS2 | DUP : PUBLISH_QOS2, out -> {
            out.writeUTF(topic);
            out.writeShort(packetId);
            out.writeInt(number);
        });
    }

    void acknowledge(int first, int packetId) throws IOException {
        send(first, out -> out.writeShort(packetId));
    }

    /** Its answer comes when the broker has looked at all that was sent before. */
    void ping() throws IOException {
        send(0xC0, out -> {});
    }

    private interface Content {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private void send(int first, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(new DataOutputStream(bytes));
        byte[] rest = bytes.toByteArray();
        ByteBuffer packet = ByteBuffer.allocate(rest.length + 2);
        packet.put((byte) first).put((byte) rest.length).put(rest);
        socket.getOutputStream().write(packet.array());
    }

    Packet read() throws IOException {
        int first = in.readUnsignedByte();
        byte[] rest = in.readNBytes(in.readUnsignedByte());
        ByteBuffer packet = ByteBuffer.wrap(rest);
        if (first == PINGRESP) return new Packet(first, 0, 0);
        if ((first & 0xF0) != 0x30) return new Packet(first, packet.getShort() & 0xFFFF, 0);
        byte[] topic = new byte[packet.getShort()];
        packet.get(topic);
        if (topic.length == 0) throw new IOException("no topic in " + new String(rest, StandardCharsets.ISO_8859_1));
        return new Packet(first, packet.getShort() & 0xFFFF, packet.getInt());
    }

    /** Whether nothing comes for so long, not even the end of the connection. */
    boolean isSilentFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        in.mark(1);
        try {
            if (in.read() >= 0) in.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(SILENCE_LIMIT_MILLIS);
        }
    }

    /** Waits until the broker ends the connection; false if it says something first. */
    boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true; // reset: it had not read all
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
