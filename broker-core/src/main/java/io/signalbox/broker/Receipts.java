package io.signalbox.broker;

import io.signalbox.broker.store.MessageStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one acknowledgement corridor of a loop: answers in the order they were promised, each with the LSN that must be
 * durable before it may leave. A ring of primitives; after a force one loop task walks it and every receiver flushes once.
 * Confined to the loop.
 */
public final class Receipts {

    /** Where an answer goes. */
    public interface Receiver {

        /**
         * The promise can be kept, or never will be.
         *
         * @param token what the receiver gave with the promise
         * @param outcome the outcome given with the promise, or {@link PublishOutcome.Failed} if the store failed first
         */
        void complete(long token, PublishOutcome outcome);
    }

    private final Loop loop;
    private final MessageStore store;
    private long[] lsns = new long[64];
    private long[] tokens = new long[64];
    private @Nullable Receiver[] receivers = new Receiver[64];
    private PublishOutcome[] outcomes = new PublishOutcome[64];
    private int head;
    private int size;
    private boolean waiting;
    private final List<Passed> passed = new ArrayList<>(0);

    private record Passed(long lsn, Runnable task) {}

    Receipts(Loop loop, MessageStore store) {
        this.loop = loop;
        this.store = store;
    }

    /** How many answers wait. */
    public int size() {
        return size;
    }

    /**
     * Promises an answer once everything up to and including {@code lsn} is durable; {@code lsn} 0 waits only for the
     * answers promised before it.
     */
    public void add(long lsn, Receiver receiver, long token, PublishOutcome outcome) {
        if (size == lsns.length) grow();
        int slot = (head + size) & (lsns.length - 1);
        lsns[slot] = lsn;
        receivers[slot] = receiver;
        tokens[slot] = token;
        outcomes[slot] = outcome;
        size++;
        if (!waiting) awaitForce();
    }

    /** Runs a task, now or on the loop, when no answer waits any more that was promised for less than this LSN. */
    void whenPassed(long lsn, Runnable task) {
        passed.add(new Passed(lsn, task));
        tellPassed();
    }

    private void tellPassed() {
        for (Passed each : List.copyOf(passed)) {
            // An LSN that comes later in the ring was appended later, but for 0.
            if (size > 0 && lsns[head] < each.lsn) continue;
            passed.remove(each);
            each.task.run();
        }
    }

    private void awaitForce() {
        waiting = true;
        store.afterForce(lsns[head], () -> loop.execute(this::walk));
    }

    /** Answers the longest prefix that is durable. */
    private void walk() {
        waiting = false;
        String failure = store.failure().map(Throwable::getMessage).orElse("");
        long durable = store.durableLsn();
        while (size > 0 && (lsns[head] < durable || !failure.isEmpty())) {
            // What was forced before the failure is as durable as ever and is answered as such.
            boolean kept = lsns[head] < durable;
            Receiver receiver = receivers[head];
            PublishOutcome outcome = kept ? outcomes[head] : new PublishOutcome.Failed(failure);
            long token = tokens[head];
            receivers[head] = null;
            head = (head + 1) & (lsns.length - 1);
            size--;
            if (receiver != null) complete(receiver, token, outcome);
        }
        if (size > 0 && !waiting) awaitForce();
        if (!passed.isEmpty()) tellPassed();
        loop.flushTouched();
    }

    /** A receiver that throws fails alone: the answers behind it belong to others. */
    private void complete(Receiver receiver, long token, PublishOutcome outcome) {
        try {
            receiver.complete(token, outcome);
        } catch (RuntimeException | Error e) {
            loop.failedAlone(receiver, e);
        }
    }

    private void grow() {
        int capacity = lsns.length * 2;
        lsns = unrolled(lsns, capacity);
        tokens = unrolled(tokens, capacity);
        receivers = unrolled(receivers, capacity);
        outcomes = unrolled(outcomes, capacity);
        head = 0;
    }

    private long[] unrolled(long[] ring, int capacity) {
        long[] longer = new long[capacity];
        System.arraycopy(ring, head, longer, 0, ring.length - head);
        System.arraycopy(ring, 0, longer, ring.length - head, head);
        return longer;
    }

    private <T> T[] unrolled(T[] ring, int capacity) {
        T[] longer = Arrays.copyOf(ring, capacity);
        System.arraycopy(ring, head, longer, 0, ring.length - head);
        System.arraycopy(ring, 0, longer, ring.length - head, head);
        return longer;
    }
}
