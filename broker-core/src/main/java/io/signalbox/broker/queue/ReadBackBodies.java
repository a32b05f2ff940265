package io.signalbox.broker.queue;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The entries whose bodies were read back from the log and wait for their turn: they may be as much as the window, whatever
 * consumers take and give back. Confined to the queue.
 */
final class ReadBackBodies {

    private @Nullable TreeSet<Entry> entries; // made when a queue first reads back, which most never do
    private long bytes;

    void add(Entry entry) {
        TreeSet<Entry> set = entries;
        if (set == null) entries = set = new TreeSet<>(Comparator.comparingLong((Entry e) -> e.seq));
        set.add(entry);
        entry.readBack = true;
        bytes += entry.bodyBytes;
    }

    void remove(Entry entry) {
        TreeSet<Entry> set = entries;
        if (set == null || !set.remove(entry)) return;
        entry.readBack = false;
        bytes -= entry.bodyBytes;
    }

    /** The entry whose turn comes last, if they are more than {@code maxBytes} and more than one; else null. */
    @Nullable
    Entry excess(int maxBytes) {
        TreeSet<Entry> set = entries;
        return set == null || bytes <= maxBytes || set.size() < 2 ? null : set.last();
    }

    void clear() {
        entries = null;
        bytes = 0;
    }
}
