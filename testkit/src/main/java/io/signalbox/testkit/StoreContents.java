package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All that a store holds, as plain values that can be compared: unsettled entries and tables. Not thread-safe. */
public final class StoreContents {

    /** The name of an entry. */
    public record EntryName(long queueId, long lsn) implements Comparable<EntryName> {
        @Override
        public int compareTo(EntryName other) {
            int byLsn = Long.compare(lsn, other.lsn);
            return byLsn != 0 ? byLsn : Long.compare(queueId, other.queueId);
        }
    }

    /** What an entry says; a body by size and hash. */
    public record Entry(
            int flags, String address, boolean durable, int priority, byte marks, int bodyBytes, int bodyHash) {
        static Entry of(int flags, Message message) {
            return of(flags, message, message.content().compact().bytes());
        }

        /** The same body in another message. */
        Entry with(int otherFlags, Envelope envelope) {
            return new Entry(
                    otherFlags,
                    envelope.address(),
                    envelope.durable(),
                    envelope.priority(),
                    envelope.marks(),
                    bodyBytes,
                    bodyHash);
        }

        /** @param body all of it */
        static Entry of(int flags, Message message, byte[] body) {
            return new Entry(
                    flags,
                    message.envelope().address(),
                    message.envelope().durable(),
                    message.envelope().priority(),
                    message.envelope().marks(),
                    body.length,
                    Arrays.hashCode(body));
        }
    }

    private final TreeMap<EntryName, Entry> entries = new TreeMap<>();
    private final Map<String, Map<String, String>> tables = new HashMap<>();

    StoreContents copy() {
        StoreContents copy = new StoreContents();
        copy.entries.putAll(entries);
        tables.forEach((name, pairs) -> copy.tables.put(name, new HashMap<>(pairs)));
        return copy;
    }

    public SortedMap<EntryName, Entry> entries() {
        return entries;
    }

    void put(String table, String key, String value) {
        tables.computeIfAbsent(table, name -> new HashMap<>()).put(key, value);
    }

    private void remove(String table, String key) {
        Map<String, String> pairs = tables.get(table);
        if (pairs != null && pairs.remove(key) != null && pairs.isEmpty()) tables.remove(table);
    }

    /** Does what a batch says; its enqueue record is at {@code lsn}. */
    void apply(WriteBatch batch, long lsn) {
        enqueue(batch, lsn);
        for (int i = 0; i < batch.settlements(); i++) {
            entries.remove(new EntryName(batch.settledQueueId(i), batch.settledLsn(i)));
        }
        for (long queueId : batch.droppedQueues()) entries.keySet().removeIf(name -> name.queueId == queueId);
        for (WriteBatch.TableChange change : batch.tableChanges()) {
            String key = text(change.key());
            change.value()
                    .ifPresentOrElse(
                            value -> put(change.table().name(), key, text(value)),
                            () -> remove(change.table().name(), key));
        }
    }

    /** Puts into the queues what a batch has for them. */
    void enqueue(WriteBatch batch, long lsn) {
        if (!batch.isPublish()) return;
        Message message = batch.message().orElseThrow();
        for (int i = 0; i < batch.targets(); i++) {
            entries.put(new EntryName(batch.targetQueueId(i), lsn), entry(batch.targetFlags(i), message));
        }
    }

    /**
     * How many entries there are more than {@code expected} has.
     *
     * @param mayMiss entries that need not be here
     * @return {@link Long#MAX_VALUE} if another is missing
     */
    long returnedAgainst(StoreContents expected, Predicate<EntryName> mayMiss) {
        long missing = 0;
        for (Map.Entry<EntryName, Entry> entry : expected.entries.entrySet()) {
            if (entry.getValue().equals(entries.get(entry.getKey()))) continue;
            if (!mayMiss.test(entry.getKey())) return Long.MAX_VALUE;
            missing++;
        }
        return entries.size() + missing - expected.entries.size();
    }

    boolean hasTablesOf(StoreContents other) {
        return tables.equals(other.tables);
    }

    /** A message that names its body has that of the record there, of which an entry lives. */
    private Entry entry(int flags, Message message) {
        if (!(message.body() instanceof Body.Stored named)) return Entry.of(flags, message);
        Map.Entry<EntryName, Entry> any = entries.ceilingEntry(new EntryName(Long.MIN_VALUE, named.lsn()));
        if (any == null || any.getKey().lsn() != named.lsn()) {
            throw new AssertionError("nothing lives at LSN " + named.lsn());
        }
        return any.getValue().with(flags, message.envelope());
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    boolean isSameAs(StoreContents other) {
        return entries.equals(other.entries) && tables.equals(other.tables);
    }

    /** Where the two differ, in words, for a failing test. */
    String differenceFrom(StoreContents expected) {
        StringBuilder words = new StringBuilder();
        expected.entries.forEach((name, entry) -> {
            if (!entries.containsKey(name)) words.append("\n  lost ").append(name);
            else if (!entry.equals(entries.get(name)))
                words.append("\n  changed ").append(name);
        });
        entries.keySet().forEach(name -> {
            if (!expected.entries.containsKey(name))
                words.append("\n  returned ").append(name);
        });
        if (!tables.equals(expected.tables)) {
            words.append("\n  tables ").append(tables).append("\n  expected ").append(expected.tables);
        }
        return words.toString();
    }
}
