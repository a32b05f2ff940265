package io.signalbox.amqp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;

/**
 * Message and correlation ids between AMQP 1.0 §3.2.11–§3.2.14 (ulong, uuid, binary, string) and protocols that have text
 * or bytes. A uuid is written {@code urn:uuid:…} and read back as one; bytes that are printable text are read as a string,
 * since that is what most clients tie their answers with. Pure functions.
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

    /** A uuid where the bytes are the text of one, a string where they are printable text, else binary. */
    static Object fromBytes(byte[] bytes) {
        Optional<String> text = printable(bytes);
        if (text.isEmpty()) return new Binary(bytes);
        Optional<UUID> uuid = uuid(text.get());
        return uuid.isPresent() ? uuid.get() : text.get();
    }

    private static Optional<String> printable(byte[] bytes) {
        if (bytes.length == 0) return Optional.empty();
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        return text.chars().anyMatch(Character::isISOControl) ? Optional.empty() : Optional.of(text);
    }

    private static Optional<UUID> uuid(String text) {
        if (text.length() != UUID_PREFIX.length() + UUID_TEXT_LENGTH || !text.startsWith(UUID_PREFIX)) {
            return Optional.empty();
        }
        try {
            UUID uuid = UUID.fromString(text.substring(UUID_PREFIX.length()));
            return toText(uuid).equals(text) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it only looked like one
        }
    }
}
