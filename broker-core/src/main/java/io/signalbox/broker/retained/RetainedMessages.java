package io.signalbox.broker.retained;

import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.routing.TopicSyntax;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last value of each topic of a virtual host (MQTT 5.0 §3.3.1.3). A value is a row of a state table, changed in the
 * record of the message that brings it; topics and bodies are on the heap. Thread-safe and lock-free.
 */
public final class RetainedMessages {

    /** Keyed by virtual host and topic with a NUL between. */
    private static final String TABLE = "mqtt.retained";

    private final byte[] prefix;
    private final StateTable table;
    private final RetainedIndex index;
    private final Passages passages;
    private final RetainedLimits limits;
    private final MemoryBudget memory;
    private final MessageFormats formats;
    private final InstantSource clock;
    private final int maxBatchBytes;
    private byte[] sweptTo;

    public RetainedMessages(String virtualHost, BrokerSettings settings, List<Loop> loops, MemoryBudget memory) {
        this.prefix = (virtualHost + '\0').getBytes(StandardCharsets.UTF_8);
        this.table = settings.store().table(TABLE);
        this.index = new RetainedIndex(table, memory);
        this.passages = new Passages(loops);
        this.limits = settings.retained();
        this.memory = memory;
        this.formats = settings.formats();
        this.clock = settings.clock();
        this.maxBatchBytes = settings.store().maxBatchBytes();
        this.sweptTo = prefix;
    }

    /** What goes with a message into its record so that it becomes its topic's last value, or ends it. Immutable. */
    public final class Change implements Rider.Passage {
        private final TableChange row;

        private Change(TableChange row) {
            this.row = row;
        }

        public TableChange row() {
            return row;
        }

        /** For a message with which nothing else goes. */
        public Rider rider() {
            return new Rider(List.of(row), Rider.Release.AT_APPEND, this);
        }

        @Override
        public void begin(Loop loop) {
            passages.begin(loop);
        }

        @Override
        public void end(Loop loop) {
            index.refresh(row.key());
            passages.end(loop);
        }
    }

    /** MQTT-3.3.1-5: {@code message} takes the place of its topic's last one. */
    public Change keep(Message message) {
        byte[] value = RetainedValue.encode(message);
        RetainedValue.check(value, formats);
        return new Change(TableChange.put(table, key(message.envelope().address()), value));
    }

    /** MQTT-3.3.1-6: the topic has no last value any more; empty if it has none now. */
    public Optional<Change> remove(String topic) {
        byte[] key = key(topic);
        // A removal of nothing would cost a record and a place in the table.
        if (table.get(key).isEmpty()) return Optional.empty();
        return Optional.of(new Change(TableChange.remove(table, key)));
    }

    /** As {@link #remove}, for who may have a message on its way that waits for space in the log. */
    public Change removeAnyway(String topic) {
        return new Change(TableChange.remove(table, key(topic)));
    }

    /**
     * Why a message cannot be retained, in a sentence; empty if it can. Messages that arrive on other loops at this moment
     * are not counted, so the limits may be passed by a few.
     */
    public Optional<String> refusal(Message message) {
        byte[] key = key(message.envelope().address());
        long valueBytes = RetainedValue.bytesFor(message);
        long present = index.get(key)
                .map(value -> RetainedIndex.cost(key, value.length))
                .orElse(0L);
        long grown = RetainedIndex.cost(key, valueBytes) - present;
        if (message.body().size() + valueBytes + WriteBatch.OVERHEAD_BYTES + key.length > maxBatchBytes) {
            return Optional.of("The message has " + message.body().size()
                    + " bytes, more than one record of the log takes of a retained message.");
        }
        if (grown <= 0) return Optional.empty();
        if (present == 0 && index.messages() >= limits.messages()) {
            return Optional.of("As many topics have a retained message as may have one, " + limits.messages()
                    + "; remove some or raise mqtt.max-retained-messages.");
        }
        if (index.bytes() + grown > limits.bytes()) {
            return Optional.of("Retained messages take as many bytes as they may, " + limits.bytes()
                    + "; remove some or raise mqtt.max-retained-size.");
        }
        if (memory.isExhausted()) {
            return Optional.of("The broker's memory holds as much as it may; consume or remove some messages first.");
        }
        return Optional.empty();
    }

    /** False only if a filter that is bound already has no retained message for sure. */
    public boolean mayHave(String filter) {
        if (!passages.now().hasPassed()) return true;
        if (index.isEmpty()) return false;
        return TopicSyntax.MQTT.hasWildcard(filter) || index.get(key(filter)).isPresent();
    }

    /** The retained messages of a filter that is bound already, from the beginning. */
    public RetainedCursor read(String filter) {
        TopicScan scan = new TopicScan(prefix, filter);
        return new RetainedCursor(this, scan, passages.now(), scan.start(), false);
    }

    /** The retained messages of a filter behind a topic; how far an earlier cursor came. */
    public RetainedCursor readAfter(String filter, String topic) {
        return new RetainedCursor(this, new TopicScan(prefix, filter), passages.now(), key(topic), true);
    }

    /** Topics that have a retained message, expired ones that nobody has looked at among them. */
    public long messages() {
        return index.messages();
    }

    /** What they cost on the heap, as far as it is reckoned. */
    public long bytes() {
        return index.bytes();
    }

    /** Removes the expired ones among the next {@code most} topics; goes round over all of them. By one caller at a time. */
    public void sweep(int most) {
        long now = clock.millis();
        for (int i = 0; i < most; i++) {
            Optional<Map.Entry<byte[], byte[]>> next = index.after(sweptTo);
            if (next.isEmpty()) {
                sweptTo = prefix;
                return;
            }
            sweptTo = next.get().getKey();
            if (RetainedValue.isExpiredAt(next.get().getValue(), now))
                index.discard(sweptTo, next.get().getValue());
        }
    }

    /** Shows what an earlier life left, before anyone is let in. */
    public void restore() {
        long now = clock.millis();
        table.forEach((key, value) -> {
            if (!startsWithPrefix(key)) return;
            RetainedValue.check(value, formats);
            if (RetainedValue.isExpiredAt(value, now)) table.discard(key, value);
            else index.refresh(key);
        });
    }

    RetainedIndex index() {
        return index;
    }

    /** Empty if the message has expired (§3.3.1.3: then there is none for that topic). */
    Optional<Message> read(byte[] key, byte[] value) {
        if (RetainedValue.isExpiredAt(value, clock.millis())) {
            index.discard(key, value);
            return Optional.empty();
        }
        String topic = new String(key, prefix.length, key.length - prefix.length, StandardCharsets.UTF_8);
        return Optional.of(RetainedValue.decode(topic, value, formats));
    }

    private byte[] key(String topic) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(prefix, prefix.length + name.length);
        System.arraycopy(name, 0, key, prefix.length, name.length);
        return key;
    }

    private boolean startsWithPrefix(byte[] key) {
        return key.length > prefix.length && Arrays.mismatch(key, prefix) == prefix.length;
    }
}
