package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes the packets that a load sends (MQTT 3.1.1 and 5.0 §3). Stateless. */
final class MqttWriter {

    private MqttWriter() {}

    /** Who connects, and whether the broker shall keep the session when the connection ends. */
    record Login(String clientId, Session session, Optional<String> user, Optional<String> password) {}

    enum Session {
        /** Begins empty and ends with the connection. */
        CLEAN,
        /** Is kept. */
        PERSISTENT,
        /** Was kept, with its subscription, and is kept again. */
        RESUMED
    }

    static void connect(ByteBuf out, MqttVersion version, Login login) {
        ByteBuf body = Unpooled.buffer();
        string(body, "MQTT");
        body.writeByte(version.level());
        int flags = login.session() == Session.CLEAN ? 0x02 : 0;
        if (login.user().isPresent()) flags |= 0x80;
        if (login.password().isPresent()) flags |= 0x40;
        body.writeByte(flags);
        body.writeShort(0); // MQTT-3.1.2.10: no keep alive, a load is never silent for long
        if (version.hasProperties()) {
            boolean isKept = login.session() != Session.CLEAN;
            body.writeByte(isKept ? 5 : 0);
            if (isKept) body.writeByte(MqttPacket.SESSION_EXPIRY_INTERVAL).writeInt(3600);
        }
        string(body, login.clientId());
        login.user().ifPresent(user -> string(body, user));
        login.password().ifPresent(password -> string(body, password));
        packet(out, MqttPacket.CONNECT, body);
    }

    /** @param packetId of no other SUBSCRIBE that is not answered yet */
    static void subscribe(ByteBuf out, MqttVersion version, int packetId, String filter, int qos) {
        ByteBuf body = Unpooled.buffer();
        body.writeShort(packetId);
        if (version.hasProperties()) body.writeByte(0);
        string(body, filter);
        body.writeByte(qos);
        packet(out, MqttPacket.SUBSCRIBE, body);
    }

    static void disconnect(ByteBuf out) {
        out.writeByte(MqttPacket.DISCONNECT).writeByte(0);
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP without a reason, which is success in every version. */
    static void answer(ByteBuf out, int firstByte, int packetId) {
        out.writeByte(firstByte).writeByte(2).writeShort(packetId);
    }

    private static void packet(ByteBuf out, int firstByte, ByteBuf body) {
        out.writeByte(firstByte);
        length(out, body.readableBytes());
        out.writeBytes(body);
    }

    /** MQTT-1.5.5: seven bits a byte, the lowest first. */
    static void length(ByteBuf out, int bytes) {
        int left = bytes;
        while (left > 127) {
            out.writeByte((left & 127) | 128);
            left >>>= 7;
        }
        out.writeByte(left);
    }

    static void string(ByteBuf out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(utf8.length).writeBytes(utf8);
    }
}
