package io.signalbox.amqp;

import java.util.HexFormat;

/** Wire bytes in a test: hexadecimal with spaces where they help to read. */
final class Hex {

    private Hex() {}

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
