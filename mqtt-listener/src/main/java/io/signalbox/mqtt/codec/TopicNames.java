package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topic names that come again and again: one that was decoded and checked before is only compared. A name is kept when it
 * comes a second time; the one that had its place moves to the place beside it. Confined to one event loop.
 */
final class TopicNames {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int PLACES = 4096;
    private static final int LONGEST_BYTES = 128;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    /** The encoded name that is looked for, with zeros behind it up to a whole long. */
    private final byte[] sought = new byte[LONGEST_BYTES];

    private @Nullable Known @Nullable [] known;

    /** Of the name that came last to each place without being known. */
    private int[] hashes = {};

    private record Known(byte[] bytes, String name) {}

    /** Reads a topic name as {@link Wire#string} reads any string. */
    String read(ByteBuf in) {
        int begin = in.readerIndex();
        int length = Wire.unsignedShort(in);
        if (length == 0 || length > LONGEST_BYTES) return decode(in, begin);
        Wire.need(in, length);
        in.getBytes(begin + 2, sought, 0, length);
        int hash = hashOfSought(length);
        Known[] names = known;
        if (names == null) {
            known = names = new Known[PLACES];
            hashes = new int[PLACES];
        }
        int place = hash & PLACES - 1;
        Known there = sought(names[place], length);
        if (there == null) there = sought(names[place ^ 1], length);
        if (there != null) {
            in.skipBytes(length);
            return there.name;
        }
        String name = decode(in, begin);
        if (hashes[place] == hash) {
            names[place ^ 1] = names[place];
            names[place] = new Known(Arrays.copyOf(sought, length), name);
        }
        hashes[place] = hash;
        return name;
    }

    private @Nullable Known sought(@Nullable Known one, int length) {
        return one != null && Arrays.equals(one.bytes, 0, one.bytes.length, sought, 0, length) ? one : null;
    }

    private static String decode(ByteBuf in, int begin) {
        in.readerIndex(begin);
        return Wire.string(in);
    }

    private int hashOfSought(int length) {
        Arrays.fill(sought, length, length + Long.BYTES - 1 & -Long.BYTES, (byte) 0);
        long hash = length;
        for (int at = 0; at < length; at += Long.BYTES) hash = (hash ^ (long) LONGS.get(sought, at)) * GOLDEN;
        return (int) (hash >>> 32);
    }
}
