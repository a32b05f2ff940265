package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.Bytes.bytes;
import static io.signalbox.conformance.hostile.Bytes.join;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** MQTT packets from their parts, right or wrong. */
final class MqttBytes {

    static final int V3 = 4;
    static final int V5 = 5;
    static final byte[] DISCONNECT = {(byte) 0xe0, 0};

    private MqttBytes() {}

    static byte[] string(String text) {
        return binary(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] binary(byte[] value) {
        return join(bytes(value.length >> 8, value.length), value);
    }

    /** A variable byte integer (MQTT 5.0 §1.5.5). */
    static byte[] length(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        do {
            int digit = rest & 0x7f;
            rest >>>= 7;
            out.write(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
        return out.toByteArray();
    }

    /** A packet whose remaining length is right. */
    static byte[] packet(int firstByte, byte[]... parts) {
        byte[] content = join(parts);
        return join(bytes(firstByte), length(content.length), content);
    }

    /** A clean CONNECT without a will. */
    static byte[] connect(int version, String clientId) {
        return connect(version, 2, new byte[0], string(clientId));
    }

    /** @param properties of the CONNECT, only for 5.0 */
    static byte[] connect(int version, int flags, byte[] properties, byte[]... payload) {
        byte[] block = version == V5 ? join(length(properties.length), properties) : new byte[0];
        return packet(0x10, string("MQTT"), bytes(version, flags, 0, 60), block, join(payload));
    }

    /** QoS 0 when {@code packetId} is 0, else QoS 1. */
    static byte[] publish(int version, String topic, int packetId, byte[] payload) {
        return publish(version, packetId == 0 ? 0x30 : 0x32, topic, packetId, payload);
    }

    static byte[] publish(int version, int firstByte, String topic, int packetId, byte[] payload) {
        byte[] id = packetId == 0 ? new byte[0] : bytes(packetId >> 8, packetId);
        return packet(firstByte, string(topic), id, version == V5 ? bytes(0) : new byte[0], payload);
    }

    static byte[] subscribe(int version, int packetId, int options, String... filters) {
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (String filter : filters) {
            requests.writeBytes(string(filter));
            requests.write(options);
        }
        byte[] properties = version == V5 ? bytes(0) : new byte[0];
        return packet(0x82, bytes(packetId >> 8, packetId), properties, requests.toByteArray());
    }
}
