package io.signalbox.persistence;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which entries of one segment are unsettled, exactly: a settlement that comes twice counts once. An entry is one long,
 * the ordinal its queue has within this segment and the record's place in it, so it costs about 13 bytes. Confined to the
 * log thread, and to the recovering thread before that.
 */
final class Liveness {

    private final long baseLsn;
    private final LongSet entries = new LongSet();
    private final Map<Long, Integer> ordinals = new HashMap<>();
    private int[] unsettledOf = new int[1];
    private int nextOrdinal;
    private long unsettled;

    Liveness(long baseLsn) {
        this.baseLsn = baseLsn;
    }

    /** How many entries of the segment are unsettled. */
    long unsettled() {
        return unsettled;
    }

    void enqueued(long queueId, long lsn) {
        int ordinal = ordinals.computeIfAbsent(queueId, id -> nextOrdinal++);
        if (ordinal == unsettledOf.length) unsettledOf = Arrays.copyOf(unsettledOf, ordinal * 2);
        if (!entries.add(key(ordinal, lsn))) return;
        unsettledOf[ordinal]++;
        unsettled++;
    }

    void settled(long queueId, long lsn) {
        Integer ordinal = ordinals.get(queueId);
        if (ordinal == null || !entries.remove(key(ordinal, lsn))) return;
        unsettledOf[ordinal]--;
        unsettled--;
    }

    /** Settles all entries of a queue. Their keys stay behind until the segment goes, but lead nowhere. */
    void dropped(long queueId) {
        Integer ordinal = ordinals.remove(queueId);
        if (ordinal == null) return;
        unsettled -= unsettledOf[ordinal];
    }

    boolean isUnsettled(long queueId, long lsn) {
        Integer ordinal = ordinals.get(queueId);
        return ordinal != null && entries.contains(key(ordinal, lsn));
    }

    private long key(int ordinal, long lsn) {
        return ((long) ordinal << 32) | ((lsn - baseLsn) / LogRecord.ALIGNMENT);
    }
}
