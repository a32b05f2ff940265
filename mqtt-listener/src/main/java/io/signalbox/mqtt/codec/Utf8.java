package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;

/**
 * The rules for UTF-8 encoded strings (§1.5.4). Control characters and non-characters pass: a receiver may refuse them
 * and fielded devices send them. A byte order mark is a character like any other (MQTT-1.5.4-3). Stateless.
 */
final class Utf8 {

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;

    private Utf8() {}

    /** @throws Refusal if the bytes are not well-formed, encode a surrogate, or contain U+0000 */
    static void check(ByteBuf in, int from, int length) {
        int to = from + length;
        int at = from;
        while (at < to) {
            if (to - at >= Long.BYTES && isPlainAscii(in.getLong(at))) {
                at += Long.BYTES;
                continue;
            }
            int lead = in.getByte(at);
            if (lead > 0) {
                at++;
            } else if (lead == 0) {
                throw Refusal.malformed("a string contains U+0000"); // MQTT-1.5.4-2
            } else {
                at += multiByteLength(in, at, to, lead & 0xFF);
            }
        }
    }

    /** Eight bytes of which none is zero and none has its high bit set. */
    private static boolean isPlainAscii(long eight) {
        return ((eight | (eight - LOW_BITS)) & HIGH_BITS) == 0;
    }

    private static int multiByteLength(ByteBuf in, int at, int to, int lead) {
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (lead < 0xC2 || lead > 0xF4 || to - at < length) throw illFormed(); // overlong, or beyond U+10FFFF
        int second = in.getUnsignedByte(at + 1);
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; // overlong below
        int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; // MQTT-1.5.4-1: surrogates above 0xED 0x9F
        if (second < least || second > most) throw illFormed();
        for (int i = 2; i < length; i++) {
            if ((in.getByte(at + i) & 0xC0) != 0x80) throw illFormed();
        }
        return length;
    }

    private static Refusal illFormed() {
        return Refusal.malformed("a string is not well-formed UTF-8"); // MQTT-1.5.4-1
    }
}
