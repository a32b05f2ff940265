package io.signalbox.conformance.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Packets as the tests write them, so that no length is counted by hand: {@code 32 {<a/b> 0007; 'hi'}} is a PUBLISH of QoS 1.
 *
 * <ul>
 *   <li>digits are bytes in hexadecimal, {@code 'text'} is its UTF-8;
 *   <li>{@code <text>} is a string: two bytes of length, then the text;
 *   <li>braces hold what follows behind its length as a variable byte integer: the rest of a packet, or properties;
 *   <li>{@code ;} stands for no properties: a length of zero in 5.0, nothing in 3.1.1;
 *   <li>{@code ~} within a text is a name that no other test uses.
 * </ul>
 */
final class PacketNotation {

    private final Version version;
    private final String name;
    private final String written;
    private int at;

    private PacketNotation(Version version, String name, String written) {
        this.version = version;
        this.name = name;
        this.written = written;
    }

    static byte[] bytes(Version version, String name, String written) {
        PacketNotation notation = new PacketNotation(version, name, written);
        byte[] bytes = notation.read();
        if (notation.at < written.length()) throw new IllegalArgumentException("a brace too many in " + written);
        return bytes;
    }

    /** Up to the end or the brace that closes. */
    private byte[] read() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (at < written.length() && written.charAt(at) != '}') {
            char c = written.charAt(at);
            switch (c) {
                case ' ' -> at++;
                case ';' -> {
                    at++;
                    if (version.isV5()) out.write(0);
                }
                case '\'' -> out.writeBytes(text('\''));
                case '<' -> {
                    byte[] text = text('>');
                    out.write(text.length >> 8);
                    out.write(text.length);
                    out.writeBytes(text);
                }
                case '{' -> {
                    at++;
                    byte[] held = read();
                    at++;
                    writeLength(held.length, out);
                    out.writeBytes(held);
                }
                default -> {
                    out.write(HexFormat.fromHexDigits(written, at, at + 2));
                    at += 2;
                }
            }
        }
        return out.toByteArray();
    }

    private byte[] text(char end) {
        int from = at + 1;
        int to = written.indexOf(end, from);
        at = to + 1;
        return written.substring(from, to).replace("~", name).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeLength(int length, ByteArrayOutputStream out) {
        int rest = length;
        while (rest > 0x7F) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
