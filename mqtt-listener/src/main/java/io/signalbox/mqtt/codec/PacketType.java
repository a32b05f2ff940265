package io.signalbox.mqtt.codec;

import org.jspecify.annotations.Nullable;

/** The control packet types, with their code, their fixed flags (§2.1.2, §2.1.3) and who may send them. */
public enum PacketType {
    CONNECT(1, 0, Sender.CLIENT),
    CONNACK(2, 0, Sender.SERVER),
    PUBLISH(3, PacketType.FLAGS_CARRY_MEANING, Sender.ANY),
    PUBACK(4, 0, Sender.ANY),
    PUBREC(5, 0, Sender.ANY),
    PUBREL(6, 2, Sender.ANY), // MQTT-3.6.1-1
    PUBCOMP(7, 0, Sender.ANY),
    SUBSCRIBE(8, 2, Sender.CLIENT), // MQTT-3.8.1-1
    SUBACK(9, 0, Sender.SERVER),
    UNSUBSCRIBE(10, 2, Sender.CLIENT), // MQTT-3.10.1-1
    UNSUBACK(11, 0, Sender.SERVER),
    PINGREQ(12, 0, Sender.CLIENT),
    PINGRESP(13, 0, Sender.SERVER),
    DISCONNECT(14, 0, Sender.ANY),
    AUTH(15, 0, Sender.ANY);

    private enum Sender {
        CLIENT,
        SERVER,
        ANY
    }

    private static final int FLAGS_CARRY_MEANING = -1;
    private static final @Nullable PacketType[] BY_CODE = new PacketType[16];

    static {
        for (PacketType type : values()) BY_CODE[type.code] = type;
    }

    private final int code;
    private final int flags;
    private final Sender sender;

    PacketType(int code, int flags, Sender sender) {
        this.code = code;
        this.flags = flags;
        this.sender = sender;
    }

    /** The first byte of a packet of this type whose flags are fixed. */
    int firstByte() {
        return (code << 4) | flags;
    }

    int bit() {
        return 1 << code;
    }

    /** A set of types as bits. */
    static int bits(PacketType... types) {
        int bits = 0;
        for (PacketType type : types) bits |= type.bit();
        return bits;
    }

    /** The first byte of a PUBLISH (§3.3.1). */
    static int firstByteOf(Packet.Publish packet) {
        return (PUBLISH.code << 4) | (packet.dup() ? 0x08 : 0) | (packet.qos() << 1) | (packet.retain() ? 0x01 : 0);
    }

    /**
     * The type named in a packet's first byte, if {@code direction} allows it and its reserved flags are right.
     *
     * @throws Refusal otherwise
     */
    static PacketType ofFirstByte(int firstByte, Direction direction) {
        PacketType type = BY_CODE[firstByte >>> 4];
        if (type == null) throw new Refusal(ReasonCode.MALFORMED_PACKET, "packet type 0 is reserved"); // §2.1.2
        if (type.flags != FLAGS_CARRY_MEANING && type.flags != (firstByte & 0x0F)) {
            // MQTT-2.1.3-1: a reserved flag with any other value makes the packet malformed.
            throw new Refusal(ReasonCode.MALFORMED_PACKET, "the reserved flags of " + type + " are wrong");
        }
        boolean wrongWay = type.sender == (direction == Direction.TO_SERVER ? Sender.SERVER : Sender.CLIENT);
        if (wrongWay) throw new Refusal(ReasonCode.PROTOCOL_ERROR, type + " goes the other way"); // §2.1.2 table 2-1
        return type;
    }
}
