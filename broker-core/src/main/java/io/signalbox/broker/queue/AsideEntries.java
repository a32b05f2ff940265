package io.signalbox.broker.queue;

/**
 * The walks of consumers along the entries that nobody who could take one wanted. Every consumer looks at each once. What comes
 * here behind the place that some consumer has reached, because it was given back, is numbered as late, and every consumer that
 * has passed its place looks at it by that number. There are only so many numbers: who misses one that is forgotten walks from
 * the beginning again. Confined to the queue.
 */
final class AsideEntries {

    private static final long NOTHING = Long.MAX_VALUE;

    private final QueueIndex index;

    /** How many late ones are remembered; a power of 2. */
    private final int mostLate;

    /** The places of the late ones by their numbers, in a ring. */
    private long[] late = new long[4];

    private long lastLate;

    /** Numbers up to this one are forgotten. */
    private long forgottenLate;

    /** The furthest place that a consumer has reached. */
    private long furthest = Order.BEGINNING;

    /** Nothing stands aside after this place. */
    private long last = Order.BEGINNING;

    AsideEntries(QueueIndex index, int mostLate) {
        this.index = index;
        this.mostLate = Math.max(mostLate, late.length);
    }

    /** A new consumer walks from the beginning, so nothing that is there now is late to it. */
    void beginFor(Consumer consumer) {
        consumer.stake().seenLate = lastLate;
    }

    /** Consumers are going to look at an entry: in case that it comes here, it gets a number if it would be late. */
    void offered(Entry entry) {
        if (entry.seq > furthest) return;
        if (lastLate - forgottenLate == late.length) makeRoom();
        late[at(++lastLate)] = entry.seq;
    }

    private void makeRoom() {
        if (late.length == mostLate) {
            forgottenLate = lastLate;
            return;
        }
        long[] larger = new long[late.length * 2];
        for (long number = forgottenLate + 1; number <= lastLate; number++) {
            larger[(int) number & (larger.length - 1)] = late[at(number)];
        }
        late = larger;
    }

    private int at(long number) {
        return (int) number & (late.length - 1);
    }

    /** An entry stands aside now. */
    void added(long place) {
        last = Math.max(last, place);
    }

    /** Whether there may be something that the consumer has not looked at. Costs next to nothing. */
    boolean mayHaveNewsFor(Consumer consumer) {
        Stake stake = consumer.stake();
        return last != Order.BEGINNING && (stake.seenLate < lastLate || stake.place < last);
    }

    /** The next entry that the consumer has not looked at; {@link QueueIndex#NONE} if there is none. */
    long nextFor(Consumer consumer) {
        Stake stake = consumer.stake();
        long missed = nextMissed(stake);
        if (missed != NOTHING) return missed;
        long next = index.higherAside(stake.place);
        if (next == QueueIndex.NONE) last = Math.min(last, stake.place);
        return next;
    }

    /** A late one that stands at a place which the consumer has passed. */
    private long nextMissed(Stake stake) {
        if (stake.seenLate < forgottenLate) {
            stake.seenLate = forgottenLate;
            stake.place = Order.BEGINNING;
        }
        for (; stake.seenLate < lastLate; stake.seenLate++) {
            long place = late[at(stake.seenLate + 1)];
            // If its place is still before the consumer, that will come by; if it was taken meanwhile, there is
            // nothing.
            if (place <= stake.place && index.isAside(place)) return place;
        }
        return NOTHING;
    }

    /** The consumer has looked at the entry that {@link #nextFor} showed, and it stays. */
    void passed(Consumer consumer, Entry entry) {
        Stake stake = consumer.stake();
        if (entry.seq <= stake.place) stake.seenLate++;
        else reach(stake, entry);
    }

    /**
     * The consumer has looked at an entry that was offered and is not here yet, and did not want it: it need not look again, if
     * it has seen all before it.
     */
    void passedBefore(Consumer consumer, Entry entry) {
        Stake stake = consumer.stake();
        nextMissed(stake);
        if (entry.seq > stake.place && index.higherAside(stake.place) > entry.seq) reach(stake, entry);
    }

    private void reach(Stake stake, Entry entry) {
        stake.place = entry.seq;
        furthest = Math.max(furthest, entry.seq);
    }

    long heapBytes() {
        return late.length <= 4 ? 0 : 8L * late.length;
    }
}
