package io.signalbox.broker.queue;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which entries wait for a consumer of which name. Confined to the queue. */
final class Reservations {

    private final Map<String, Set<Entry>> byName = new HashMap<>(2);

    void add(Entry entry, String name) {
        entry.reservedFor = name;
        byName.computeIfAbsent(name, n -> new LinkedHashSet<>(4)).add(entry);
    }

    void remove(Entry entry) {
        String name = entry.reservedFor;
        entry.reservedFor = null;
        Set<Entry> entries = byName.get(name);
        if (entries == null) return;
        entries.remove(entry);
        if (entries.isEmpty()) byName.remove(name);
    }

    /** Frees all that wait for this name, and tells which they were. */
    Set<Entry> removeAll(String name) {
        Set<Entry> entries = byName.remove(name);
        if (entries == null) return Set.of();
        for (Entry entry : entries) entry.reservedFor = null;
        return entries;
    }

    /** How many wait. */
    int size() {
        int size = 0;
        for (Set<Entry> entries : byName.values()) size += entries.size();
        return size;
    }

    /** Of their bodies, at most. */
    long bodyBytes() {
        long bytes = 0;
        for (Set<Entry> entries : byName.values()) for (Entry entry : entries) bytes += entry.bodyBytes;
        return bytes;
    }
}
