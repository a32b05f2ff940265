package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's part in the messages of a queue: what it has and has not settled, oldest first, as a chain whose links are in the
 * deliveries, and how far it has looked. It has none before there is a message. Confined to the queue.
 */
final class Stake {

    /** Where it stands for more. */
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

    Standing standing = Standing.IDLE;

    /** It has looked at all entries that were set aside, or at all entries if it browses, up to this one in their order. */
    long place = Order.BEGINNING;

    /** It has looked at those that were set aside late up to this number. */
    long seenLate;

    /** What its deliveries cost in memory. */
    long acquiredBytes;

    private @Nullable Delivery first;
    private @Nullable Delivery last;

    void add(Delivery delivery) {
        Delivery before = last;
        if (before == null) first = delivery;
        else before.nextAcquired = delivery;
        delivery.previousAcquired = before;
        last = delivery;
    }

    /** Whether this one, which no other consumer ever had, is here. */
    boolean has(Delivery delivery) {
        return delivery == first || delivery.previousAcquired != null;
    }

    /** Nothing happens if it is not here. */
    void remove(Delivery delivery) {
        if (!has(delivery)) return;
        Delivery before = delivery.previousAcquired;
        Delivery after = delivery.nextAcquired;
        if (before == null) first = after;
        else before.nextAcquired = after;
        if (after == null) last = before;
        else after.previousAcquired = before;
        unlink(delivery);
    }

    private static void unlink(Delivery delivery) {
        delivery.previousAcquired = null;
        delivery.nextAcquired = null;
    }

    /** The deliveries that it has now. */
    List<Delivery> acquired() {
        List<Delivery> all = new ArrayList<>();
        for (Delivery each = first; each != null; each = each.nextAcquired) all.add(each);
        return all;
    }

    void clear() {
        List<Delivery> all = acquired();
        first = null;
        last = null;
        all.forEach(Stake::unlink);
    }
}
