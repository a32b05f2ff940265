package io.signalbox.amqp;

import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * Which annotations a message may carry (AMQP 1.0 §3.2.10): those whose name begins with {@code x-opt-} are passed on by
 * whoever does not know them; of the others this broker knows none. Looks at the encoded keys, since every message is asked.
 * Pure functions.
 */
final class AnnotationKeys {

    private static final byte[] OPTIONAL = "x-opt-".getBytes(StandardCharsets.US_ASCII);
    private static final int MAP8 = 0xc1;
    private static final int NULL = 0x40;
    private static final int SYMBOL8 = 0xa3;
    private static final int SYMBOL32 = 0xb3;

    private AnnotationKeys() {}

    /**
     * Looks at the keys of a map that {@link TypeWalk} has found to be well-formed.
     *
     * @param from index of the map's constructor
     * @param to index after the map
     * @throws Refusal amqp:not-implemented, of the link, if a key must be understood
     */
    static void check(byte[] bytes, int from, int to) throws Refusal {
        int constructor = bytes[from] & 0xff;
        if (constructor == NULL) return;
        int at = from + (constructor == MAP8 ? 3 : 9);
        while (at < to) {
            int valueFrom = TypeWalk.skip(bytes, at, to);
            if (!isOptional(bytes, at, valueFrom)) {
                Object key = PerformativeCodec.ofThread().decode(bytes, at, valueFrom);
                throw Refusal.ofLink(
                        AmqpError.NOT_IMPLEMENTED,
                        "the annotation " + key
                                + " is not known here; only those that begin with x-opt- are passed on");
            }
            at = TypeWalk.skip(bytes, valueFrom, to);
        }
    }

    private static boolean isOptional(byte[] bytes, int from, int to) {
        int constructor = bytes[from] & 0xff;
        int name = from + (constructor == SYMBOL8 ? 2 : constructor == SYMBOL32 ? 5 : to - from);
        if (to - name < OPTIONAL.length) return false;
        for (int i = 0; i < OPTIONAL.length; i++) {
            if (bytes[name + i] != OPTIONAL[i]) return false;
        }
        return true;
    }
}
