package io.signalbox.broker.queue;

import io.signalbox.broker.filter.Filter;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** The queue's side of a subscription. Confined to the queue, but for what is in transit between queue and loop. */
final class Consumer {

    /** Bytes on their way to the loop and not yet seen by the listener; one more message is sent below it. */
    static final int MAX_IN_TRANSIT_BYTES = 256 << 10;

    /** What a small message costs beyond its body, in bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 64;

    private static final AtomicIntegerFieldUpdater<Consumer> IN_TRANSIT =
            AtomicIntegerFieldUpdater.newUpdater(Consumer.class, "inTransitBytes");

    final Subscription subscription;
    private final SubscriptionSettings settings;
    final boolean settlesOnDispatch;

    /** Whether it gets copies. */
    final boolean browses;

    /** Deliveries it has and has not settled, oldest first. */
    final Acquired acquired = new Acquired();

    /** What those cost in memory. */
    long acquiredBytes;

    /** Deliveries it may get in all since the start. */
    long limit;

    /** Deliveries it got. */
    long dispatched;

    boolean attached;
    boolean draining;
    Standing standing = Standing.IDLE;

    /** It has looked at all entries that were set aside, or at all entries if it browses, up to this one in their order. */
    long place = Order.BEGINNING;

    /** It has looked at those that were set aside late up to this number. */
    long seenLate;

    /** Where it stands in the queue for more. */
    enum Standing {
        /** Nowhere: it cannot take more, or has none to come. */
        IDLE,
        /** Among those that take turns at the first entry. */
        IN_RING,
        /** Among those that look for what was set aside. */
        SEARCHING,
        /** Among those that walk along the entries. */
        BROWSING
    }

    private volatile int inTransitBytes; // changed by IN_TRANSIT
    private volatile boolean waitsForTransit;

    Consumer(Subscription subscription, SubscriptionSettings settings) {
        this.subscription = subscription;
        this.settings = settings;
        this.settlesOnDispatch = settings.settlement() == SubscriptionSettings.Settlement.ON_DISPATCH;
        this.browses = settings.mode() == SubscriptionSettings.Mode.BROWSE;
    }

    /** What it wants; null = everything. */
    @Nullable
    Filter filter() {
        return settings.filter().orElse(null);
    }

    /** What was reserved for this name is for it. */
    String name() {
        return settings.name();
    }

    boolean hasCredit() {
        return attached && dispatched < limit;
    }

    boolean canTake() {
        return hasCredit() && hasRoom();
    }

    /** Whether the loop keeps up; if not, it says so when it does again ({@link #received}). */
    boolean hasRoom() {
        if (inTransitBytes < MAX_IN_TRANSIT_BYTES) return true;
        waitsForTransit = true;
        if (inTransitBytes >= MAX_IN_TRANSIT_BYTES) return false;
        waitsForTransit = false; // it caught up between the two looks
        return true;
    }

    void sent(int bodyBytes) {
        IN_TRANSIT.addAndGet(this, bodyBytes + MESSAGE_OVERHEAD_BYTES);
    }

    /** On the loop: a delivery has arrived. True if the queue waits to hear that there is room. */
    boolean received(int bodyBytes) {
        int left = IN_TRANSIT.addAndGet(this, -bodyBytes - MESSAGE_OVERHEAD_BYTES);
        if (!waitsForTransit || left > MAX_IN_TRANSIT_BYTES / 2) return false;
        waitsForTransit = false;
        return true;
    }
}
