package io.signalbox.amqp;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;

/**
 * Message and correlation ids between AMQP 1.0 §3.2.11–§3.2.14 (ulong, uuid, binary, string) and protocols that have text
 * or bytes. A uuid is written {@code urn:uuid:…} and read back as one. Pure functions.
 */
final class MessageIds {

    private static final String UUID_PREFIX = "urn:uuid:";
    private static final int UUID_TEXT_LENGTH = 36;

    private MessageIds() {}

    static String toText(Object id) {
        if (id instanceof UUID uuid) return UUID_PREFIX + uuid;
        if (id instanceof Binary binary) return HexFormat.of().formatHex(AmqpFormat.bytesOf(binary));
        return id.toString();
    }

    static byte[] toBytes(Object id) {
        return id instanceof Binary binary ? AmqpFormat.bytesOf(binary) : AmqpFormat.utf8(toText(id));
    }

    /** A uuid where the bytes are the text of one, else binary. */
    static Object fromBytes(byte[] bytes) {
        if (bytes.length == UUID_PREFIX.length() + UUID_TEXT_LENGTH) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            if (text.startsWith(UUID_PREFIX)) {
                try {
                    UUID uuid = UUID.fromString(text.substring(UUID_PREFIX.length()));
                    if (toText(uuid).equals(text)) return uuid;
                } catch (IllegalArgumentException e) {
                    return new Binary(bytes); // it only looked like one
                }
            }
        }
        return new Binary(bytes);
    }
}
