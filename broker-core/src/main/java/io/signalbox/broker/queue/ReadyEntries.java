package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait for a consumer, in the order of arrival: new ones at the end, returned ones in their old place, and apart
 * those that nobody who could take one wanted. Confined to the queue.
 */
final class ReadyEntries {

    private final ArrivedEntries arrived = new ArrivedEntries();
    private final TreeSet<Entry> returned = new TreeSet<>(Comparator.comparingLong((Entry e) -> e.seq));
    private @Nullable AsideEntries aside; // made when someone is first particular, which in most queues nobody is
    private @Nullable Entry probe;

    /** Kept apart from the collections, so that other threads may read it. */
    private int size;

    void add(Entry entry) {
        arrived.add(entry);
        size++;
    }

    void putBack(Entry entry) {
        returned.add(entry);
        size++;
    }

    @Nullable
    Entry peek() {
        Entry first = arrived.first();
        return returned.isEmpty() ? first : earlier(first, returned.first());
    }

    /** Removes what {@link #peek} shows. */
    void removeFirst() {
        takeFirst();
        size--;
    }

    private Entry takeFirst() {
        Entry came = arrived.first();
        Entry back = returned.isEmpty() ? null : returned.first();
        if (back == null || (came != null && came.seq < back.seq)) return arrived.removeFirst();
        returned.remove(back);
        return back;
    }

    /** The entries apart from the others; made at the first call. */
    AsideEntries aside() {
        AsideEntries entries = aside;
        if (entries == null) aside = entries = new AsideEntries();
        return entries;
    }

    /** Takes the first entry out of the way of the others. */
    void setFirstAside(long lateNumber) {
        aside().add(takeFirst(), lateNumber);
    }

    /** A new consumer begins to look. */
    void beginFor(Consumer consumer) {
        if (aside != null) aside.beginFor(consumer);
    }

    /** Takes out one of those apart. */
    void removeAside(Entry entry) {
        if (aside().remove(entry)) size--;
    }

    /** Whether there may be something apart that the consumer has not looked at. */
    boolean mayHaveNewsFor(Consumer consumer) {
        return aside != null && aside.mayHaveNewsFor(consumer);
    }

    /** The next entry apart that the consumer has not looked at. */
    @Nullable
    Entry nextAsideFor(Consumer consumer) {
        return mayHaveNewsFor(consumer) ? aside().nextFor(consumer) : null;
    }

    int size() {
        return size;
    }

    /** The first entry after this place in the order of arrival, wherever it stands. */
    @Nullable
    Entry higher(long seq) {
        Entry next = arrived.higher(seq);
        if (!returned.isEmpty()) next = earlier(next, returned.higher(probe(seq)));
        return aside == null ? next : earlier(next, aside.higher(seq));
    }

    private static @Nullable Entry earlier(@Nullable Entry one, @Nullable Entry other) {
        if (one == null) return other;
        return other == null || one.seq < other.seq ? one : other;
    }

    private Entry probe(long seq) {
        Entry entry = probe;
        if (entry == null) probe = entry = Entry.probe();
        entry.seq = seq;
        return entry;
    }

    /** Visits all, in no particular order. */
    void forEach(java.util.function.Consumer<Entry> visitor) {
        arrived.forEach(visitor);
        returned.forEach(visitor);
        if (aside != null) aside.all().forEach(visitor);
    }

    /** Takes one out that is there, wherever it stands; may take as long as there are entries. */
    void remove(Entry entry) {
        if (returned.remove(entry) || (aside != null && aside.remove(entry)) || arrived.remove(entry)) size--;
    }

    /**
     * Of this entry, which waits here, and those after it that stand where it does, up to a number and a sum of sizes, those
     * whose bodies are in the log only.
     */
    List<Entry> notResidentFrom(Entry entry, int maxEntries, int maxBytes) {
        if (aside != null && aside.contains(entry)) return notResident(aside.from(entry), maxEntries, maxBytes);
        boolean isBack = !returned.isEmpty() && returned.contains(entry);
        return notResident(isBack ? returned.tailSet(entry, true) : arrived.from(entry), maxEntries, maxBytes);
    }

    private static List<Entry> notResident(Iterable<Entry> part, int maxEntries, int maxBytes) {
        List<Entry> found = new ArrayList<>();
        int looked = 0;
        long bytes = 0;
        for (Entry entry : part) {
            bytes += entry.bodyBytes;
            if (looked++ == maxEntries || (bytes > maxBytes && !found.isEmpty())) return found;
            if (entry.message == null && !entry.loading) found.add(entry);
        }
        return found;
    }

    /** Takes all out, in no particular order. */
    List<Entry> removeAll() {
        List<Entry> all = new ArrayList<>();
        forEach(all::add);
        arrived.clear();
        returned.clear();
        aside = null;
        size = 0;
        return all;
    }
}
