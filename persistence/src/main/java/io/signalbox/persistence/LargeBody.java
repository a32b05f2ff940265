package io.signalbox.persistence;

import io.signalbox.broker.message.Pieces;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The pieces of one large body, and how many keep them: the entries of its messages, its upload, those who read it. Each
 * piece counts as living in its segment, from when it is written until the last of them lets go. Thread-safe, but for {@link #add}.
 */
final class LargeBody implements Pieces.Hold {

    private final AtomicInteger holds;
    private final Consumer<LargeBody> whenLetGo;
    private volatile long[] lsns;

    /** How many of {@link #lsns} there are; written after what it counts. */
    private volatile int count;

    /** @param holds that somebody has from the beginning */
    LargeBody(long[] lsns, int holds, Consumer<LargeBody> whenLetGo) {
        this.lsns = lsns;
        this.count = lsns.length;
        this.holds = new AtomicInteger(holds);
        this.whenLetGo = whenLetGo;
    }

    /** One more piece is in the log. By its upload. */
    void add(long lsn) {
        int next = count;
        long[] present = lsns;
        if (next == present.length) lsns = present = Arrays.copyOf(present, Math.max(4, 2 * next));
        present[next] = lsn;
        count = next + 1;
    }

    @Override
    public boolean take() {
        return holds.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** Further entries have it. By somebody who holds it. */
    void take(int entries) {
        holds.addAndGet(entries);
    }

    @Override
    public void release() {
        int left = holds.decrementAndGet();
        if (left < 0) throw new IllegalStateException("a large body was released once more than it was taken");
        if (left == 0) whenLetGo.accept(this);
    }

    /** Where its pieces are. */
    long[] lsns() {
        int complete = count;
        return Arrays.copyOf(lsns, complete);
    }

    long lastLsn() {
        int complete = count;
        return complete == 0 ? 0 : lsns[complete - 1];
    }

    void forEachLsn(LongConsumer visitor) {
        int complete = count;
        long[] present = lsns;
        for (int i = 0; i < complete; i++) visitor.accept(present[i]);
    }
}
