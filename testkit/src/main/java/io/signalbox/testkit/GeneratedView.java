package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Messages and properties made up from a seed, with what is at the edge of each type more often than by chance. */
public final class GeneratedView {

    private static final String[] TEXTS = {"a", "", "two words", "topic/1", "ü𝄞漢", "x=1:2,3", "\\0\\", "y".repeat(300)
    };
    private static final long[] EDGES = {0, 1, -1, 127, 128, 255, 256, 65_535, 1L << 31, (1L << 32) - 1, Long.MIN_VALUE
    };

    private final Random random;

    public GeneratedView(long seed) {
        random = new Random(seed);
    }

    /** A message with strings for properties, as a protocol has it that has no other type; names may come again. */
    public NeutralView withTexts() {
        List<Property> properties = new ArrayList<>();
        while (random.nextInt(4) > 0) properties.add(new Property("n" + random.nextInt(5), text()));
        boolean isText = random.nextBoolean();
        byte[] payload = isText ? text().getBytes(StandardCharsets.UTF_8) : bytes(300);
        return new NeutralView(
                Body.Inline.of(payload),
                isText ? PayloadKind.TEXT : PayloadKind.BINARY,
                maybe(),
                random.nextBoolean() ? Optional.of("answers/" + random.nextInt(9)) : Optional.empty(),
                random.nextBoolean() ? Optional.of(correlationBytes()) : Optional.empty(),
                maybe(),
                maybe(),
                properties);
    }

    /** One property of each type. */
    public List<Property> ofEveryType() {
        List<Property> properties = new ArrayList<>();
        for (PropertyType type : PropertyType.values()) {
            properties.add(new Property("of " + type, value(type), type));
        }
        return properties;
    }

    /** A value of a type; an encoded one is the AMQP encoding of an empty list. */
    public Object value(PropertyType type) {
        long number = random.nextBoolean() ? random.nextLong() : EDGES[random.nextInt(EDGES.length)];
        return switch (type) {
            case STRING -> random.nextInt(4) == 0 ? text() + "\0" + text() : text();
            case SYMBOL -> "symbol-" + random.nextInt(100);
            case BOOLEAN -> random.nextBoolean();
            case BYTE -> (byte) number;
            case SHORT -> (short) number;
            case INT, DECIMAL32 -> (int) number;
            case LONG, DECIMAL64 -> number;
            case UBYTE -> (int) (number & 0xff);
            case USHORT -> (int) (number & 0xffff);
            case UINT -> number & 0xffff_ffffL;
            case ULONG -> new BigInteger(Long.toUnsignedString(number));
            case FLOAT -> random.nextBoolean() ? Float.MIN_VALUE : random.nextFloat() * number;
            case DOUBLE -> random.nextBoolean() ? Double.NEGATIVE_INFINITY : random.nextDouble() * number;
            case DECIMAL128 -> exactly(16);
            case CHAR -> random.nextBoolean() ? 'ß' : '漢';
            case TIMESTAMP -> Date.from(Instant.ofEpochMilli(number >> 12));
            case UUID -> new UUID(random.nextLong(), number);
            case BINARY -> bytes(40);
            case NULL -> "";
            case ENCODED -> new byte[] {0x45};
        };
    }

    public String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    /** Bytes that are text, a uuid in words, or nothing in particular. */
    public byte[] correlationBytes() {
        return switch (random.nextInt(3)) {
            case 0 -> text().getBytes(StandardCharsets.UTF_8);
            case 1 -> ("urn:uuid:" + new UUID(random.nextLong(), 7)).getBytes(StandardCharsets.UTF_8);
            default -> bytes(20);
        };
    }

    public byte[] bytes(int most) {
        return exactly(random.nextInt(most + 1));
    }

    public boolean coin() {
        return random.nextBoolean();
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    private byte[] exactly(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private Optional<String> maybe() {
        return random.nextBoolean() ? Optional.of(text()) : Optional.empty();
    }
}
