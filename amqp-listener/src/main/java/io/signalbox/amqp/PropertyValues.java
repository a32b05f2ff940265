package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.PropertyType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal128;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/** Values of properties between AMQP's types and the typed Java values of the neutral view. Pure functions. */
final class PropertyValues {

    private PropertyValues() {}

    static Property toNeutral(String name, @Nullable Object value) {
        if (value == null) return new Property(name, "", PropertyType.NULL);
        if (value instanceof Binary binary) return new Property(name, AmqpFormat.bytesOf(binary));
        if (value instanceof UnsignedByte number) return new Property(name, number.intValue(), PropertyType.UBYTE);
        if (value instanceof UnsignedShort number) return new Property(name, number.intValue(), PropertyType.USHORT);
        if (value instanceof UnsignedInteger number) return new Property(name, number.longValue(), PropertyType.UINT);
        if (value instanceof UnsignedLong number) return new Property(name, number.bigIntegerValue());
        if (value instanceof Decimal32 decimal) return new Property(name, decimal.getBits(), PropertyType.DECIMAL32);
        if (value instanceof Decimal64 decimal) return new Property(name, decimal.getBits(), PropertyType.DECIMAL64);
        if (value instanceof Decimal128 decimal) {
            return new Property(name, decimal.asBytes(), PropertyType.DECIMAL128);
        }
        if (value instanceof Symbol symbol) return new Property(name, symbol.toString(), PropertyType.SYMBOL);
        if (isPlain(value)) return new Property(name, value);
        return new Property(name, encode(value), PropertyType.ENCODED);
    }

    private static boolean isPlain(Object value) {
        boolean number = value instanceof Number && !(value instanceof BigInteger) && !(value instanceof BigDecimal);
        return number
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof java.util.UUID
                || value instanceof java.util.Date;
    }

    private static byte[] encode(Object value) {
        ByteBuf out = Unpooled.buffer();
        PerformativeCodec.ofThread().encode(value, new ByteBufSink(out));
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    static @Nullable Object toAmqp(Property property) {
        Object value = property.value();
        return switch (property.type()) {
            case NULL -> null;
            case BINARY -> new Binary((byte[]) value);
            case UBYTE -> UnsignedByte.valueOf(((Integer) value).byteValue());
            case USHORT -> UnsignedShort.valueOf(((Integer) value).shortValue());
            case UINT -> UnsignedInteger.valueOf((Long) value);
            case ULONG -> ulong((BigInteger) value);
            case DECIMAL32 -> new Decimal32((Integer) value);
            case DECIMAL64 -> new Decimal64((Long) value);
            case DECIMAL128 -> decimal128((byte[]) value);
            case SYMBOL -> Symbol.valueOf((String) value);
            case ENCODED -> decode((byte[]) value);
            default -> value;
        };
    }

    private static Object ulong(BigInteger number) {
        boolean fits = number.signum() >= 0 && number.bitLength() <= Long.SIZE;
        return fits ? UnsignedLong.valueOf(number) : number.toString();
    }

    private static Decimal128 decimal128(byte[] bits) {
        ByteBuffer buffer = ByteBuffer.wrap(bits);
        return new Decimal128(buffer.getLong(), buffer.getLong());
    }

    /** A peer may have made the bytes up: what is no value of AMQP stays bytes. */
    private static Object decode(byte[] bytes) {
        try {
            if (TypeWalk.skip(bytes, 0, bytes.length) != bytes.length) return new Binary(bytes);
            return PerformativeCodec.ofThread().decode(bytes, 0, bytes.length);
        } catch (Refusal e) {
            return new Binary(bytes);
        }
    }
}
