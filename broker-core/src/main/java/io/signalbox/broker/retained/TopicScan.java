package io.signalbox.broker.retained;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the topics of one filter in an ordered index (MQTT 5.0 §4.7): looks at one topic at a time and says where the next
 * one worth looking at can be. So {@code +/state} costs a few looks for each first level and none for what lies below it.
 * Immutable.
 */
final class TopicScan {

    private static final byte[] SINGLE = {'+'};

    /** Sorts right behind all topics below a topic: after a separator, before any other byte. */
    private static final byte BEHIND_SUBTREE = 1;

    /** Sorts right behind all topics that begin with a dollar sign. */
    private static final byte BEHIND_DOLLAR = '$' + 1;

    private final byte[] prefix;
    private final byte[][] levels;
    private final boolean multi;
    private final boolean wildcardFirst;

    /** What a look at a topic says. */
    sealed interface Look {
        /** It matches; the next one may. */
        record Match() implements Look {}

        /** It does not match; the next one may. */
        record Next() implements Look {}

        /** Nothing before this key matches. */
        record Seek(byte[] key) implements Look {}

        /** Nothing more matches. */
        record End() implements Look {}
    }

    private static final Look MATCH = new Look.Match();
    private static final Look NEXT = new Look.Next();
    private static final Look END = new Look.End();

    /**
     * @param prefix what stands before the topic in every key
     * @param filter a valid topic filter
     */
    TopicScan(byte[] prefix, String filter) {
        this.prefix = prefix;
        String[] names = filter.split("/", -1);
        this.multi = names[names.length - 1].equals("#");
        this.levels = new byte[multi ? names.length - 1 : names.length][];
        for (int i = 0; i < levels.length; i++) levels[i] = names[i].getBytes(StandardCharsets.UTF_8);
        this.wildcardFirst = levels.length == 0 || isSingle(levels[0]);
    }

    private static boolean isSingle(byte[] level) {
        return Arrays.equals(level, SINGLE);
    }

    /** Where the first topic can be: the levels before the first wildcard. */
    byte[] start() {
        byte[] key = prefix;
        for (int i = 0; i < levels.length && !isSingle(levels[i]); i++) {
            if (i > 0) key = with(key, key.length, (byte) '/');
            key = with(key, key.length, levels[i]);
        }
        return key;
    }

    Look look(byte[] key) {
        int at = prefix.length;
        if (wildcardFirst && at < key.length && key[at] == '$') {
            return new Look.Seek(with(prefix, prefix.length, BEHIND_DOLLAR)); // MQTT-4.7.2-1
        }
        int lastSingleEnd = -1;
        for (byte[] level : levels) {
            if (at > key.length) return NEXT; // the topics below it come next
            int end = levelEnd(key, at);
            if (isSingle(level)) {
                lastSingleEnd = end;
            } else {
                int order = Arrays.compareUnsigned(key, at, end, level, 0, level.length);
                if (order < 0) return new Look.Seek(with(key, at, level));
                if (order > 0) return behind(key, lastSingleEnd);
            }
            at = end + 1;
        }
        // §4.7.1.2: # also stands for no level at all.
        if (multi || at > key.length) return MATCH;
        return new Look.Seek(with(key, at - 1, BEHIND_SUBTREE));
    }

    /** The next value of the last + that was passed. */
    private static Look behind(byte[] key, int lastSingleEnd) {
        return lastSingleEnd < 0 ? END : new Look.Seek(with(key, lastSingleEnd, BEHIND_SUBTREE));
    }

    private static int levelEnd(byte[] key, int from) {
        int end = from;
        while (end < key.length && key[end] != '/') end++;
        return end;
    }

    private static byte[] with(byte[] start, int length, byte... more) {
        byte[] longer = Arrays.copyOf(start, length + more.length);
        System.arraycopy(more, 0, longer, length, more.length);
        return longer;
    }
}
