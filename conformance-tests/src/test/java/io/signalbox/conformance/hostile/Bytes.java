package io.signalbox.conformance.hostile;

import java.io.ByteArrayOutputStream;

/** Bytes from their values and their parts. */
final class Bytes {

    private Bytes() {}

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) bytes[i] = (byte) values[i];
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    static byte[] many(byte[] one, int times) {
        byte[] all = new byte[one.length * times];
        for (int i = 0; i < times; i++) System.arraycopy(one, 0, all, i * one.length, one.length);
        return all;
    }
}
