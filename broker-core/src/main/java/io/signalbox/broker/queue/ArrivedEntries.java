package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * New entries in the order of the queue: those of the default priority in one ring, which is all that most queues ever have,
 * those of others in one for each priority. Confined to the queue.
 */
final class ArrivedEntries {

    private final EntryRing ofDefaultPriority = new EntryRing();

    /** By level, so that the first one that has entries has the first entry; made when an entry has another priority. */
    private @Nullable List<EntryRing> byLevel;

    void add(Entry entry) {
        ringOf(entry.seq).add(entry);
    }

    private EntryRing ringOf(long place) {
        if (Order.isOfDefaultPriority(place)) return ofDefaultPriority;
        List<EntryRing> rings = byLevel;
        if (rings == null) byLevel = rings = ringsByLevel();
        return rings.get(Order.level(place));
    }

    private List<EntryRing> ringsByLevel() {
        List<EntryRing> rings = new ArrayList<>(Order.LEVELS);
        for (int level = 0; level < Order.LEVELS; level++) {
            boolean isDefault = level == Order.level(0);
            rings.add(isDefault ? ofDefaultPriority : new EntryRing());
        }
        return rings;
    }

    @Nullable
    Entry first() {
        return byLevel == null ? ofDefaultPriority.first() : higher(Order.BEGINNING);
    }

    /** Removes what {@link #first} shows. */
    Entry removeFirst() {
        Entry first = first();
        if (first == null) throw new IllegalStateException("there is no first entry");
        return ringOf(first.seq).removeFirst();
    }

    /** The first entry after this place. */
    @Nullable
    Entry higher(long place) {
        if (byLevel == null) return ofDefaultPriority.higher(place);
        int from = place == Order.BEGINNING ? 0 : Order.level(place);
        for (int level = from; level < Order.LEVELS; level++) {
            Entry entry = byLevel.get(level).higher(place);
            if (entry != null) return entry;
        }
        return null;
    }

    /** This entry, which is here, and those after it of its priority, in order. */
    Iterable<Entry> from(Entry entry) {
        return ringOf(entry.seq).after(entry.seq - 1);
    }

    /** Takes one out, if it is there; takes as long as there are entries behind it. */
    boolean remove(Entry entry) {
        return ringOf(entry.seq).remove(entry);
    }

    /** Visits all in order. */
    void forEach(java.util.function.Consumer<Entry> visitor) {
        List<EntryRing> rings = byLevel == null ? List.of(ofDefaultPriority) : byLevel;
        for (EntryRing ring : rings) ring.after(Order.BEGINNING).forEach(visitor);
    }

    void clear() {
        ofDefaultPriority.clear();
        byLevel = null;
    }
}
