package io.signalbox.broker.queue;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries whose bodies were read back from the log and wait for their turn: they may be as much as the window, whatever
 * consumers look at, take and give back. Confined to the queue.
 */
final class ReadBackBodies {

    private @Nullable Set<Entry> entries; // made when a queue first reads back, which most never do
    private long bytes;

    void add(Entry entry) {
        Set<Entry> set = entries;
        if (set == null) entries = set = new LinkedHashSet<>();
        set.add(entry);
        entry.readBack = true;
        bytes += entry.bodyBytes;
    }

    void remove(Entry entry) {
        Set<Entry> set = entries;
        if (set == null || !set.remove(entry)) return;
        entry.readBack = false;
        bytes -= entry.bodyBytes;
    }

    /** The one read back first, if with {@code moreBytes} they would be more than {@code maxBytes}; else null. */
    @Nullable
    Entry excess(long moreBytes, int maxBytes) {
        Set<Entry> set = entries;
        if (set == null || set.isEmpty() || bytes + moreBytes <= maxBytes) return null;
        return set.iterator().next();
    }

    void clear() {
        entries = null;
        bytes = 0;
    }
}
