package io.signalbox.broker.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait for a consumer, in the order of arrival: new ones at the end, returned ones in their old place.
 * Confined to the queue.
 */
final class ReadyEntries {

    private final ArrayDeque<Entry> arrived = new ArrayDeque<>(4);
    private final TreeSet<Entry> returned = new TreeSet<>(Comparator.comparingLong((Entry e) -> e.seq));

    /** Entries that every attached consumer has called undeliverable-here; they wait for a change among consumers. */
    private final List<Entry> setAside = new ArrayList<>(0);

    void add(Entry entry) {
        arrived.add(entry);
    }

    void putBack(Entry entry) {
        returned.add(entry);
    }

    @Nullable
    Entry peek() {
        return returned.isEmpty() ? arrived.peek() : returned.first();
    }

    /** Removes what {@link #peek} shows. */
    void removeFirst() {
        if (returned.pollFirst() == null) arrived.remove();
    }

    /** Takes the first entry out of the way of the others. */
    void setFirstAside() {
        Entry entry = peek();
        if (entry == null) return;
        removeFirst();
        setAside.add(entry);
    }

    /** The consumers have changed: what was set aside is in its old place again. */
    void restoreSetAside() {
        if (setAside.isEmpty()) return;
        returned.addAll(setAside);
        setAside.clear();
    }

    /** A consumer can take more: what was set aside and not by it is in its old place again. */
    void restoreSetAsideFor(Consumer consumer) {
        if (!setAside.isEmpty() && !setAside.get(0).isRefusedBy(consumer)) restoreSetAside();
    }

    int size() {
        return arrived.size() + returned.size() + setAside.size();
    }

    /** The first entries whose bodies are in the log only, up to a number and a sum of sizes, but at least one. */
    List<Entry> firstNotResident(int maxEntries, int maxBytes) {
        List<Entry> found = new ArrayList<>();
        int bytes = 0;
        for (Iterable<Entry> part : List.<Iterable<Entry>>of(returned, arrived)) {
            for (Entry entry : part) {
                if (entry.message != null || entry.loading) continue;
                bytes += entry.bodyBytes;
                if (found.size() == maxEntries || (bytes > maxBytes && !found.isEmpty())) return found;
                found.add(entry);
            }
        }
        return found;
    }

    /** Takes all out, in no particular order. */
    List<Entry> removeAll() {
        List<Entry> all = new ArrayList<>(arrived);
        all.addAll(returned);
        all.addAll(setAside);
        arrived.clear();
        returned.clear();
        setAside.clear();
        return all;
    }
}
