package io.signalbox.amqp;

import java.math.BigInteger;
import java.util.Date;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal128;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;

/** Values of application properties between AMQP's types and the plain Java types of the neutral view. Pure functions. */
final class PropertyValues {

    private PropertyValues() {}

    static Object toNeutral(Object value) {
        if (value instanceof Binary binary) return AmqpFormat.bytesOf(binary);
        if (value instanceof UnsignedByte || value instanceof UnsignedShort) return ((Number) value).intValue();
        if (value instanceof UnsignedInteger unsigned) return unsigned.longValue();
        if (value instanceof UnsignedLong unsigned) return unsigned.bigIntegerValue();
        if (value instanceof Decimal32 decimal) return decimal.getBits();
        if (value instanceof Decimal64 decimal) return decimal.getBits();
        if (value instanceof Decimal128 decimal) return decimal.asBytes();
        if (value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof UUID
                || value instanceof Date) {
            return value;
        }
        return value.toString();
    }

    static Object toAmqp(Object value) {
        if (value instanceof byte[] bytes) return new Binary(bytes);
        if (value instanceof BigInteger number) {
            boolean fits = number.signum() >= 0 && number.bitLength() <= Long.SIZE;
            return fits ? UnsignedLong.valueOf(number) : number.toString();
        }
        return value;
    }
}
