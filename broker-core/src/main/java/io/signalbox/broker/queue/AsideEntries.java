package io.signalbox.broker.queue;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Entries that nobody who could take one wanted, in the order of arrival. Every consumer walks along them and looks at each
 * once. What comes here behind the place that some consumer has reached, because it was given back, is numbered as late, and
 * every consumer that has passed its place looks at it by that number. Confined to the queue.
 */
final class AsideEntries {

    private final TreeSet<Entry> inOrder = new TreeSet<>(Comparator.comparingLong((Entry e) -> e.seq));
    private final TreeMap<Long, Entry> late = new TreeMap<>();
    private final Entry probe = Entry.probe();
    private long lastLate;

    /** The furthest place that a consumer has reached. */
    private long furthest = Order.BEGINNING;

    /** A new consumer walks from the beginning, so nothing that is there now is late to it. */
    void beginFor(Consumer consumer) {
        consumer.seenLate = lastLate;
    }

    /**
     * A number for an entry that consumers are going to look at, in case that it comes here.
     *
     * @return 0 if it would not be late
     */
    long lateNumberOf(Entry entry) {
        return entry.seq <= furthest ? ++lastLate : 0;
    }

    void add(Entry entry, long lateNumber) {
        inOrder.add(entry);
        entry.lateNumber = lateNumber;
        if (lateNumber != 0) late.put(lateNumber, entry);
    }

    /** False if it was not here. */
    boolean remove(Entry entry) {
        if (entry.lateNumber != 0) late.remove(entry.lateNumber);
        entry.lateNumber = 0;
        return inOrder.remove(entry);
    }

    /** Whether there may be something that the consumer has not looked at. Costs next to nothing. */
    boolean mayHaveNewsFor(Consumer consumer) {
        return !inOrder.isEmpty() && (consumer.seenLate < lastLate || consumer.place < inOrder.last().seq);
    }

    /** The next entry that the consumer has not looked at. */
    @Nullable
    Entry nextFor(Consumer consumer) {
        Map.Entry<Long, Entry> next = late.higherEntry(consumer.seenLate);
        for (; next != null; next = late.higherEntry(consumer.seenLate)) {
            if (next.getValue().seq <= consumer.place) return next.getValue();
            consumer.seenLate = next.getKey(); // its place is still before the consumer
        }
        consumer.seenLate = lastLate;
        return higher(consumer.place);
    }

    /** The consumer has looked at the entry that {@link #nextFor} showed, and it stays. */
    void passed(Consumer consumer, Entry entry) {
        if (entry.seq <= consumer.place) consumer.seenLate = entry.lateNumber;
        else reach(consumer, entry);
    }

    /**
     * The consumer has looked at an entry that is not here yet, and did not want it: it need not look again, if it has seen
     * all before it.
     */
    void passedBefore(Consumer consumer, Entry entry, long lateNumber) {
        if (lateNumber != 0 && late.higherKey(consumer.seenLate) == null) consumer.seenLate = lateNumber;
        if (entry.seq <= consumer.place) return;
        Entry next = higher(consumer.place);
        if (next == null || next.seq > entry.seq) reach(consumer, entry);
    }

    private void reach(Consumer consumer, Entry entry) {
        consumer.place = entry.seq;
        furthest = Math.max(furthest, entry.seq);
    }

    /** The first entry after this place in the order of arrival. */
    @Nullable
    Entry higher(long seq) {
        if (inOrder.isEmpty()) return null;
        probe.seq = seq;
        return inOrder.higher(probe);
    }

    boolean contains(Entry entry) {
        return inOrder.contains(entry);
    }

    /** This entry, if it is here, and those after it. */
    Iterable<Entry> from(Entry entry) {
        return inOrder.tailSet(entry, true);
    }

    Iterable<Entry> all() {
        return inOrder;
    }

    void clear() {
        inOrder.clear();
        late.clear();
    }
}
