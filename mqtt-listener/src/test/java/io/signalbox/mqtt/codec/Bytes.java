package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as tests write them: hexadecimal, and 'text' in quotes, {@code 00 04 'MQTT'}. */
public final class Bytes {

    private Bytes() {}

    public static byte[] of(String written) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String[] parts = written.split("'", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean quoted = i % 2 == 1;
            bytes.writeBytes(
                    quoted
                            ? parts[i].getBytes(StandardCharsets.UTF_8)
                            : HexFormat.of().parseHex(parts[i].replace(" ", "")));
        }
        return bytes.toByteArray();
    }

    public static ByteBuf buffer(String written) {
        return Unpooled.wrappedBuffer(of(written));
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    public static String hex(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), copy);
        return hex(copy);
    }
}
