package io.signalbox.broker.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait for a consumer, in the order of arrival: new ones at the end, returned ones in their old place.
 * Confined to the queue.
 */
final class ReadyEntries {

    private final ArrayDeque<Entry> arrived = new ArrayDeque<>(4);
    private final TreeSet<Entry> returned = new TreeSet<>(Comparator.comparingLong((Entry e) -> e.seq));

    /** Entries that nobody who could take one wanted, numbered; they wait for a consumer that has not refused them. */
    private final TreeMap<Long, Entry> setAside = new TreeMap<>();

    private long lastAside;

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
        return returned.isEmpty() ? arrived.peek() : returned.first();
    }

    /** Removes what {@link #peek} shows. */
    void removeFirst() {
        Entry entry = returned.pollFirst();
        leave(entry == null ? arrived.remove() : entry);
    }

    /** Takes the first entry out of the way of the others. */
    void setFirstAside() {
        Entry entry = peek();
        if (entry == null) return;
        setAside.put(++lastAside, entry);
        removeFirst();
        size++;
    }

    /**
     * Puts one entry into its old place again that was set aside since this consumer last looked and that it has not
     * refused. The next one follows when that one has left its place, so a consumer looks at each once, and as many are put
     * back as it takes.
     */
    void restoreOneFor(Consumer consumer) {
        Map.Entry<Long, Entry> next = setAside.higherEntry(consumer.seenAside);
        for (; next != null; next = setAside.higherEntry(consumer.seenAside)) {
            consumer.seenAside = next.getKey();
            Entry entry = next.getValue();
            if (entry.isRefusedBy(consumer)) continue;
            setAside.remove(next.getKey());
            entry.restoredFor = consumer;
            returned.add(entry);
            return;
        }
    }

    private void leave(Entry entry) {
        size--;
        Consumer waiting = entry.restoredFor;
        entry.restoredFor = null;
        if (waiting != null && waiting.inRing) restoreOneFor(waiting);
    }

    int size() {
        return size;
    }

    /** Visits all, in no particular order. */
    void forEach(java.util.function.Consumer<Entry> visitor) {
        arrived.forEach(visitor);
        returned.forEach(visitor);
        setAside.values().forEach(visitor);
    }

    /** Takes one out that is there, wherever it stands; takes as long as there are entries. */
    void remove(Entry entry) {
        boolean there = returned.remove(entry) || setAside.values().remove(entry) || arrived.remove(entry);
        if (there) leave(entry);
    }

    /** Among the first entries, up to a number and a sum of sizes, those whose bodies are in the log only. */
    List<Entry> firstNotResident(int maxEntries, int maxBytes) {
        List<Entry> found = new ArrayList<>();
        int looked = 0;
        long bytes = 0;
        for (Iterable<Entry> part : List.<Iterable<Entry>>of(returned, arrived)) {
            for (Entry entry : part) {
                bytes += entry.bodyBytes;
                if (looked++ == maxEntries || (bytes > maxBytes && !found.isEmpty())) return found;
                if (entry.message == null && !entry.loading) found.add(entry);
            }
        }
        return found;
    }

    /** Takes all out, in no particular order. */
    List<Entry> removeAll() {
        List<Entry> all = new ArrayList<>(arrived);
        all.addAll(returned);
        all.addAll(setAside.values());
        arrived.clear();
        returned.clear();
        setAside.clear();
        size = 0;
        return all;
    }
}
