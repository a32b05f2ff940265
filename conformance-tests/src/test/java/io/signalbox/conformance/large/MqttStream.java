package io.signalbox.conformance.large;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/** An MQTT 3.1.1 client on a blocking socket that never has a payload in memory. Used by one thread. */
final class MqttStream implements AutoCloseable {

    private static final int CONNACK = 0x20;
    private static final int PUBLISH = 0x30;
    private static final int PUBACK = 0x40;
    private static final int SUBACK = 0x90;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** A PUBLISH that has come up to its payload. */
    record Begun(int qos, String topic, int packetId, long payloadBytes) {}

    private MqttStream(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(120_000);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 64 << 10));
    }

    /** A session that ends with the connection. */
    static MqttStream connect(BrokerUnderTest broker, String clientId) throws IOException {
        return connect(broker, clientId, 2);
    }

    /** A session that stays. */
    static MqttStream connectPersistent(BrokerUnderTest broker, String clientId) throws IOException {
        return connect(broker, clientId, 0);
    }

    private static MqttStream connect(BrokerUnderTest broker, String clientId, int flags) throws IOException {
        Socket socket = new Socket(broker.mqtt().getAddress(), broker.mqtt().getPort());
        MqttStream client = new MqttStream(socket);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(packet);
        body.writeUTF("MQTT");
        body.writeByte(4);
        body.writeByte(flags);
        body.writeShort(0);
        body.writeUTF(clientId);
        client.send(0x10, packet.toByteArray());
        client.expect(CONNACK);
        return client;
    }

    private void send(int firstByte, byte[] rest) throws IOException {
        out.writeByte(firstByte);
        writeLength(rest.length);
        out.write(rest);
        out.flush();
    }

    private void writeLength(long length) throws IOException {
        long left = length;
        for (; left > 127; left >>>= 7) out.writeByte((int) (left & 0x7F) | 0x80);
        out.writeByte((int) left);
    }

    private long readLength() throws IOException {
        long length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            length |= (long) (next & 0x7F) << shift;
            if (next < 0x80) return length;
        }
    }

    /** The rest of the next packet, which is of this kind. */
    private byte[] expect(int firstByte) throws IOException {
        int first = in.readUnsignedByte();
        if (first != firstByte) throw new AssertionError("expected " + firstByte + ", got " + first);
        return in.readNBytes((int) readLength());
    }

    void subscribe(String filter, int qos) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(packet);
        body.writeShort(1);
        body.writeUTF(filter);
        body.writeByte(qos);
        send(0x82, packet.toByteArray());
        if (expect(SUBACK)[2] != qos) throw new AssertionError("not subscribed");
    }

    /** Publishes at QoS 1 and waits for the answer. */
    void publish(String topic, LargeContent content, LongConsumer watcher) throws IOException {
        begin(topic, 1, content.bytes());
        content.write(out, content.bytes(), watcher);
        out.flush();
        expect(PUBACK);
    }

    /** Publishes the beginning at QoS 1, and leaves it so. */
    void publishBeginning(String topic, LargeContent content, long upTo) throws IOException {
        begin(topic, 1, content.bytes());
        content.write(out, upTo, at -> {});
        out.flush();
    }

    private void begin(String topic, int qos, long payloadBytes) throws IOException {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        out.writeByte(PUBLISH | qos << 1);
        writeLength(2L + name.length + (qos > 0 ? 2 : 0) + payloadBytes);
        out.writeUTF(topic);
        if (qos > 0) out.writeShort(7);
    }

    /** Publishes a few bytes at QoS 1; how long the answer took. */
    long ping(String topic) throws IOException {
        long begun = System.nanoTime();
        begin(topic, 1, 16);
        out.write(new byte[16]);
        out.flush();
        expect(PUBACK);
        return System.nanoTime() - begun;
    }

    /** The next PUBLISH, of which the payload is to be read. */
    Begun begun() throws IOException {
        int first = in.readUnsignedByte();
        if ((first & 0xF0) != PUBLISH) throw new AssertionError("expected a PUBLISH, got " + first);
        long length = readLength();
        String topic = in.readUTF();
        int qos = first >> 1 & 3;
        int packetId = qos == 0 ? 0 : in.readUnsignedShort();
        long head = 2L + topic.getBytes(StandardCharsets.UTF_8).length + (qos == 0 ? 0 : 2);
        return new Begun(qos, topic, packetId, length - head);
    }

    /** Receives a message and acknowledges it. */
    void receive(LargeContent expected, LongConsumer watcher) throws IOException {
        Begun publish = begun();
        if (publish.payloadBytes() != expected.bytes()) throw new AssertionError(publish + ", not " + expected);
        expected.check(in, watcher);
        if (publish.qos() > 0) {
            send(PUBACK, new byte[] {(byte) (publish.packetId() >> 8), (byte) publish.packetId()});
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
