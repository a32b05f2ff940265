package io.signalbox.broker.message;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a property's value is, in the words of AMQP 1.0 §1.6, and how it is written for a protocol that has only strings. What
 * {@link #text} writes {@link #read} reads back; any other text is not of the type.
 */
public enum PropertyType {
    /** A {@code String}; written with {@code \0} and {@code \\} for what no MQTT string may hold. */
    STRING,
    /** A {@code String} of ASCII. */
    SYMBOL,
    BOOLEAN,
    BYTE,
    SHORT,
    INT,
    LONG,
    /** An {@code Integer}, as is {@link #USHORT}. */
    UBYTE,
    USHORT,
    /** A {@code Long}. */
    UINT,
    /** A {@code BigInteger}. */
    ULONG,
    FLOAT,
    DOUBLE,
    /** The bits as an {@code Integer}. */
    DECIMAL32,
    /** The bits as a {@code Long}. */
    DECIMAL64,
    /** The bits as a {@code byte[]}. */
    DECIMAL128,
    CHAR,
    /** A {@code Date}, in milliseconds. */
    TIMESTAMP,
    UUID,
    /** A {@code byte[]}. */
    BINARY,
    /** There is a name and no value; held as an empty {@code String}. */
    NULL,
    /** Anything else, as its AMQP encoding in a {@code byte[]}. */
    ENCODED;

    /** The longest text of a number; a longer one is not worth the time to read it. */
    private static final int MAX_NUMBER_LENGTH = 40;

    private static final BigInteger MAX_ULONG =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    /** The type that a Java value has by itself. */
    static PropertyType of(Object value) {
        if (value instanceof String) return STRING;
        if (value instanceof Boolean) return BOOLEAN;
        if (value instanceof Byte) return BYTE;
        if (value instanceof Short) return SHORT;
        if (value instanceof Integer) return INT;
        if (value instanceof Long) return LONG;
        if (value instanceof BigInteger) return ULONG;
        if (value instanceof Float) return FLOAT;
        if (value instanceof Double) return DOUBLE;
        if (value instanceof Character) return CHAR;
        if (value instanceof Date) return TIMESTAMP;
        if (value instanceof java.util.UUID) return UUID;
        if (value instanceof byte[]) return BINARY;
        throw new IllegalArgumentException("no property can hold a " + value.getClass());
    }

    /** A value of this type in words: a number in decimal, bytes in hexadecimal, a time as ISO 8601 has it. */
    public String text(Object value) {
        return switch (this) {
            case STRING -> ((String) value).replace("\\", "\\\\").replace("\0", "\\0");
            case BINARY, DECIMAL128, ENCODED -> HexFormat.of().formatHex((byte[]) value);
            case TIMESTAMP -> ((Date) value).toInstant().toString();
            default -> String.valueOf(value);
        };
    }

    /** The value that was written so; empty if no value of this type is. */
    public Optional<Object> read(String text) {
        try {
            Object value = parse(text);
            return text.equals(text(value)) && isInRange(value) ? Optional.of(value) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return Optional.empty(); // somebody else's words
        }
    }

    private Object parse(String text) {
        return switch (this) {
            case STRING -> unescape(text);
            case SYMBOL, NULL -> text;
            case BOOLEAN -> Boolean.valueOf(text);
            case CHAR -> oneCharacter(text);
            case TIMESTAMP -> Date.from(Instant.parse(number(text)));
            case UUID -> java.util.UUID.fromString(number(text));
            case BINARY, DECIMAL128, ENCODED -> HexFormat.of().parseHex(text);
            default -> parseNumber(number(text));
        };
    }

    private Object parseNumber(String text) {
        return switch (this) {
            case BYTE -> Byte.valueOf(text);
            case SHORT -> Short.valueOf(text);
            case INT, UBYTE, USHORT, DECIMAL32 -> Integer.valueOf(text);
            case LONG, UINT, DECIMAL64 -> Long.valueOf(text);
            case ULONG -> new BigInteger(text);
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            default -> throw new IllegalStateException(this + " is not a number");
        };
    }

    private static String number(String text) {
        if (text.length() > MAX_NUMBER_LENGTH) throw new IllegalArgumentException("too long");
        return text;
    }

    private static Character oneCharacter(String text) {
        if (text.length() != 1) throw new IllegalArgumentException("not one character");
        return text.charAt(0);
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next != '\\') plain.append(next);
            else if (++i < text.length() && text.charAt(i) == '0') plain.append('\0');
            else plain.append('\\');
        }
        return plain.toString();
    }

    private boolean isInRange(Object value) {
        return switch (this) {
            case UBYTE -> (int) value >= 0 && (int) value <= 0xff;
            case USHORT -> (int) value >= 0 && (int) value <= 0xffff;
            case UINT -> (long) value >= 0 && (long) value <= 0xffff_ffffL;
            case ULONG -> ((BigInteger) value).signum() >= 0 && ((BigInteger) value).compareTo(MAX_ULONG) <= 0;
            case DECIMAL128 -> ((byte[]) value).length == 16;
            case SYMBOL -> ((String) value).chars().allMatch(character -> character < 0x80);
            case NULL -> ((String) value).isEmpty();
            default -> true;
        };
    }
}
