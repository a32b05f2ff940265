package io.signalbox.amqp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network byte order, as AMQP 1.0 §1.6 and §2.3 write them, in a byte array. Pure functions. */
final class BigEndian {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private BigEndian() {}

    static int ushortAt(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 8) + (bytes[at + 1] & 0xff);
    }

    /** @return the index after it */
    static int putInt(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
        return at + 4;
    }

    static int intAt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static long longAt(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }
}
