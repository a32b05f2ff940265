package io.signalbox.broker.queue;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The queue's side of a subscription. Confined to the queue, but for what is in transit between queue and loop. */
final class Consumer {

    /** Bytes on their way to the loop and not yet seen by the listener; one more message is sent below it. */
    static final int MAX_IN_TRANSIT_BYTES = 256 << 10;

    /** What a small message costs beyond its body, in bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 64;

    final Subscription subscription;
    final boolean settlesOnDispatch;
    final String name;

    /** Deliveries it has and has not settled, oldest first. */
    final Set<Delivery> acquired = new LinkedHashSet<>(4);

    /** What those cost in memory. */
    long acquiredBytes;

    /** Deliveries it may get in all since the start. */
    long limit;

    /** Deliveries it got. */
    long dispatched;

    boolean attached;
    boolean draining;
    boolean inRing;

    /** How far it has looked among the entries that were set aside. */
    long seenAside;

    private final AtomicInteger inTransitBytes = new AtomicInteger();
    private volatile boolean waitsForTransit;

    Consumer(Subscription subscription, boolean settlesOnDispatch, String name) {
        this.subscription = subscription;
        this.settlesOnDispatch = settlesOnDispatch;
        this.name = name;
    }

    boolean hasCredit() {
        return attached && dispatched < limit;
    }

    boolean canTake() {
        return hasCredit() && hasRoom();
    }

    /** Whether the loop keeps up; if not, it says so when it does again ({@link #received}). */
    boolean hasRoom() {
        if (inTransitBytes.get() < MAX_IN_TRANSIT_BYTES) return true;
        waitsForTransit = true;
        if (inTransitBytes.get() >= MAX_IN_TRANSIT_BYTES) return false;
        waitsForTransit = false; // it caught up between the two looks
        return true;
    }

    void sent(int bodyBytes) {
        inTransitBytes.addAndGet(bodyBytes + MESSAGE_OVERHEAD_BYTES);
    }

    /** On the loop: a delivery has arrived. True if the queue waits to hear that there is room. */
    boolean received(int bodyBytes) {
        int left = inTransitBytes.addAndGet(-bodyBytes - MESSAGE_OVERHEAD_BYTES);
        if (!waitsForTransit || left > MAX_IN_TRANSIT_BYTES / 2) return false;
        waitsForTransit = false;
        return true;
    }
}
