package io.signalbox.conformance.crash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** What a body says of its origin: producer and position in that producer's row. Immutable. */
record Marker(int producer, int sequence) {

    private static final String PREFIX = "crash:";
    private static final int MAX_TEXT = 64;

    /** A body with this marker and random padding, so that no two records look alike. */
    byte[] body(Random random, int paddingBytes) {
        byte[] text = (PREFIX + producer + ":" + sequence + ":").getBytes(StandardCharsets.US_ASCII);
        byte[] padding = new byte[paddingBytes];
        random.nextBytes(padding);
        byte[] body = Arrays.copyOf(text, text.length + paddingBytes);
        System.arraycopy(padding, 0, body, text.length, paddingBytes);
        return body;
    }

    static Marker of(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, MAX_TEXT), StandardCharsets.ISO_8859_1);
        String[] parts = text.split(":", 4);
        if (parts.length < 4 || !text.startsWith(PREFIX)) {
            throw new AssertionError("a message that no producer sent: " + text);
        }
        return new Marker(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }
}
