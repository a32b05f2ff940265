package io.signalbox.persistence;

import io.signalbox.persistence.Findings.Damage;
import io.signalbox.persistence.Findings.Effect;
import io.signalbox.persistence.Findings.Hit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The damage that was found in a log, by address, and which entries of which queues lie in it. Damage is added first, then entries are
 * told and end as in a start. Not thread-safe.
 */
final class DamageList {
    private final TreeMap<Long, Place> byLsn = new TreeMap<>();

    /** Of a large message, by the LSN of its enqueue record: where one of its pieces is damaged. */
    private final Map<Long, Place> large = new HashMap<>();

    private final Place missing = new Place("the log", "segments are missing", 0, 0, Set.of(), false);
    private final LogSpan span;

    /** Knows what the log has. */
    interface LogSpan {
        boolean holds(long lsn);
    }

    private static final class Place {
        private final String where;
        private final String what;
        private final long fromLsn;
        private final long toLsn;

        /** Queues that the damaged bytes name. */
        private final Set<Long> named;

        private final boolean isEmpty;
        private boolean isNeededByStart;
        private final TreeMap<Long, TreeSet<Long>> entries = new TreeMap<>();

        Place(String where, String what, long fromLsn, long toLsn, Set<Long> named, boolean isEmpty) {
            this.where = where;
            this.what = what;
            this.fromLsn = fromLsn;
            this.toLsn = toLsn;
            this.named = named;
            this.isEmpty = isEmpty;
        }

        void add(long queueId, long lsn) {
            entries.computeIfAbsent(queueId, id -> new TreeSet<>()).add(lsn);
        }

        List<Hit> hits(Effect effect) {
            List<Hit> hits = new ArrayList<>();
            entries.forEach((queueId, lsns) -> {
                if (!lsns.isEmpty()) hits.add(new Hit(queueId, List.copyOf(lsns)));
            });
            if (effect == Effect.MESSAGES || effect == Effect.NONE) return hits;
            for (long queueId : named) {
                if (!entries.containsKey(queueId)) hits.add(new Hit(queueId, List.of()));
            }
            return hits;
        }
    }

    DamageList(LogSpan span) {
        this.span = span;
    }

    /**
     * From one address to below another something is not what was written. Where that is known already, nothing happens.
     *
     * @param named queues that the bytes there name, right or wrong
     */
    void add(String where, String what, long fromLsn, long toLsn, Set<Long> named) {
        if (at(fromLsn) == null) byLsn.put(fromLsn, new Place(where, what, fromLsn, toLsn, named, false));
    }

    /** From one address to below another there is nothing that was written: damage, if an entry turns out to lie there. */
    void addEmpty(String where, long fromLsn, long toLsn) {
        if (fromLsn >= toLsn || at(fromLsn) != null) return;
        byLsn.put(fromLsn, new Place(where, "what was written there is gone", fromLsn, toLsn, Set.of(), true));
    }

    private @Nullable Place at(long lsn) {
        Map.Entry<Long, Place> entry = byLsn.floorEntry(lsn);
        return entry == null || lsn >= entry.getValue().toLsn ? null : entry.getValue();
    }

    /** A start reads the record there, though it lies below what is replayed. */
    void neededByStart(long lsn) {
        Place place = at(lsn);
        if (place != null) place.isNeededByStart = true;
    }

    boolean isDamaged(long lsn) {
        return at(lsn) != null;
    }

    /** An enqueue record names these pieces. */
    void large(long lsn, long[] pieces) {
        for (long piece : pieces) {
            Place place = placeOf(piece);
            if (place != null) large.put(lsn, place);
        }
    }

    /** An entry lives. */
    void entry(long queueId, long lsn) {
        Place place = placeOf(lsn);
        if (place == null) place = large.get(lsn);
        if (place != null) place.add(queueId, lsn);
    }

    private @Nullable Place placeOf(long lsn) {
        Place place = at(lsn);
        return place == null && !span.holds(lsn) ? missing : place;
    }

    /** It has ended. */
    void settled(long queueId, long lsn) {
        for (Place place : List.of(missing, orMissing(at(lsn)), orMissing(large.get(lsn)))) {
            Set<Long> lsns = place.entries.get(queueId);
            if (lsns != null) lsns.remove(lsn);
        }
    }

    private Place orMissing(@Nullable Place place) {
        return place == null ? missing : place;
    }

    /** A queue has ended with all its entries. */
    void dropped(long queueId) {
        missing.entries.remove(queueId);
        for (Place place : byLsn.values()) place.entries.remove(queueId);
    }

    /**
     * What was found.
     *
     * @param replayLsn the next start reads the log from there on; {@link Long#MAX_VALUE} = there is no checkpoint that says so
     */
    List<Damage> damages(long replayLsn) {
        List<Damage> damages = new ArrayList<>();
        for (Place place : byLsn.values()) {
            Effect effect = effect(place, replayLsn);
            if (!place.isEmpty || effect == Effect.MESSAGES) damages.add(damage(place, effect));
        }
        List<Hit> lost = missing.hits(Effect.MESSAGES);
        if (!lost.isEmpty()) {
            damages.add(new Damage(missing.where, missing.what, 0, 0, Effect.STOPS_START, lost));
        }
        return damages;
    }

    private static Damage damage(Place place, Effect effect) {
        return new Damage(place.where, place.what, place.fromLsn, place.toLsn, effect, place.hits(effect));
    }

    private static Effect effect(Place place, long replayLsn) {
        if (replayLsn == Long.MAX_VALUE) return Effect.UNKNOWN;
        if (!place.isEmpty && (place.toLsn > replayLsn || place.isNeededByStart)) return Effect.STOPS_START;
        return place.hits(Effect.MESSAGES).isEmpty() ? Effect.NONE : Effect.MESSAGES;
    }
}
