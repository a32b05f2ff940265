package io.signalbox.amqp;

import io.signalbox.broker.message.PropertyType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * Message and correlation ids between AMQP 1.0 §3.2.11–§3.2.14 (ulong, uuid, binary, string) and protocols that have text
 * or bytes. A correlation id that comes back without a word on its type is a uuid if it reads {@code urn:uuid:…}, a string
 * if it is text, else binary: a device that answers sends back the bytes and nothing else. Pure functions.
 */
final class MessageIds {

    private static final String UUID_PREFIX = "urn:uuid:";
    private static final int UUID_TEXT_LENGTH = 36;

    private MessageIds() {}

    /** A message id in words; {@link #typeOf} says what they mean. */
    static String toText(Object id) {
        if (id instanceof UUID uuid) return UUID_PREFIX + uuid;
        if (id instanceof Binary binary) return PropertyType.BINARY.text(AmqpFormat.bytesOf(binary));
        return id.toString();
    }

    static byte[] toBytes(Object id) {
        return id instanceof Binary binary ? AmqpFormat.bytesOf(binary) : AmqpFormat.utf8(toText(id));
    }

    /** The word for an id's type. */
    static String typeOf(Object id) {
        if (id instanceof UUID) return "uuid";
        if (id instanceof Binary) return "binary";
        return id instanceof UnsignedLong ? "ulong" : "string";
    }

    /** The id that was written as text of this type; a string if the text does not fit the type. */
    static Object fromText(String text, String type) {
        return switch (type) {
            case "uuid" -> uuid(text).map(Object.class::cast).orElse(text);
            case "ulong" ->
                PropertyType.ULONG
                        .read(text)
                        .map(number -> (Object) UnsignedLong.valueOf((BigInteger) number))
                        .orElse(text);
            case "binary" ->
                PropertyType.BINARY
                        .read(text)
                        .map(bytes -> (Object) new Binary((byte[]) bytes))
                        .orElse(text);
            default -> text;
        };
    }

    /** The id that was written as bytes of this type; as good as can be told if the bytes do not fit the type. */
    static Object fromBytes(byte[] bytes, String type) {
        if (type.equals("binary")) return new Binary(bytes);
        Optional<String> text = text(bytes);
        if (text.isEmpty()) return new Binary(bytes);
        Object id = fromText(text.get(), type);
        return id.equals(text.get()) && !type.equals("string") ? fromBytes(bytes) : id;
    }

    static Object fromBytes(byte[] bytes) {
        Optional<String> text = text(bytes);
        if (text.isEmpty() || text.get().chars().anyMatch(Character::isISOControl)) return new Binary(bytes);
        return uuid(text.get()).map(Object.class::cast).orElse(text.get());
    }

    private static Optional<UUID> uuid(String text) {
        if (text.length() != UUID_PREFIX.length() + UUID_TEXT_LENGTH || !text.startsWith(UUID_PREFIX)) {
            return Optional.empty();
        }
        return PropertyType.UUID.read(text.substring(UUID_PREFIX.length())).map(UUID.class::cast);
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
