package io.signalbox.amqp;

import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Message and correlation ids as a JMS client shows them to its application, so that a selector finds what was seen there:
 * after {@code ID:} stands which of AMQP's types the id has (AMQP JMS Mapping, the encoding of ids). Pure functions.
 */
final class JmsIds {

    private static final String PREFIX = "ID:";
    private static final String STRING = "AMQP_STRING:";
    private static final String NO_PREFIX = "AMQP_NO_PREFIX:";
    private static final String UUID_TYPE = "AMQP_UUID:";
    private static final String ULONG = "AMQP_ULONG:";
    private static final String BINARY = "AMQP_BINARY:";

    private JmsIds() {}

    static @Nullable String messageId(@Nullable Object id) {
        if (!(id instanceof String text)) return ofType(id);
        if (!text.startsWith(PREFIX)) return PREFIX + NO_PREFIX + text;
        return looksEncoded(text) ? PREFIX + STRING + text : text;
    }

    /** A string of the application's own stays as it is. */
    static @Nullable String correlationId(@Nullable Object id) {
        if (!(id instanceof String text)) return ofType(id);
        return looksEncoded(text) ? PREFIX + STRING + text : text;
    }

    private static @Nullable String ofType(@Nullable Object id) {
        if (id == null) return null;
        if (id instanceof UUID uuid) return PREFIX + UUID_TYPE + uuid;
        if (id instanceof Binary binary) {
            return PREFIX
                    + BINARY
                    + HexFormat.of().formatHex(AmqpFormat.bytesOf(binary)).toUpperCase(Locale.ROOT);
        }
        return PREFIX + ULONG + id;
    }

    private static boolean looksEncoded(String text) {
        for (String type : new String[] {STRING, NO_PREFIX, UUID_TYPE, ULONG, BINARY}) {
            if (text.startsWith(type, PREFIX.length()) && text.startsWith(PREFIX)) return true;
        }
        return false;
    }
}
