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
    final SubscriptionSettings settings;
    final boolean settlesOnDispatch;

    /** Deliveries it may get in all since the start. */
    long limit;

    /** Deliveries it got. */
    long dispatched;

    boolean attached;
    boolean draining;
    private @Nullable Stake stake;
    private volatile int inTransitBytes; // changed by IN_TRANSIT
    private volatile boolean waitsForTransit;

    Consumer(Subscription subscription, SubscriptionSettings settings) {
        this.subscription = subscription;
        this.settings = settings;
        this.settlesOnDispatch = settings.settlement() == SubscriptionSettings.Settlement.ON_DISPATCH;
    }

    /** Its part in the messages; made at the first call. */
    Stake stake() {
        Stake made = stake;
        if (made == null) stake = made = new Stake();
        return made;
    }

    /** Whether it gets copies. */
    boolean browses() {
        return settings.mode() == SubscriptionSettings.Mode.BROWSE;
    }

    /** What it wants; null = everything. */
    @Nullable
    Filter filter() {
        return settings.filter().orElse(null);
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
