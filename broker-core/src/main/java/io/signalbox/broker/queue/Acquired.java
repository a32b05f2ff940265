package io.signalbox.broker.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The deliveries that a consumer has and has not settled, oldest first: a chain whose links are in them. Confined to the queue. */
final class Acquired {
    private @Nullable Delivery first;
    private @Nullable Delivery last;
    private int size;

    int size() {
        return size;
    }

    void add(Delivery delivery) {
        Delivery before = last;
        if (before == null) first = delivery;
        else before.nextAcquired = delivery;
        delivery.previousAcquired = before;
        last = delivery;
        size++;
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

    private void unlink(Delivery delivery) {
        delivery.previousAcquired = null;
        delivery.nextAcquired = null;
        size--;
    }

    /** All that are here now. */
    List<Delivery> all() {
        List<Delivery> all = new ArrayList<>(size);
        for (Delivery each = first; each != null; each = each.nextAcquired) all.add(each);
        return all;
    }

    void clear() {
        List<Delivery> all = all();
        first = null;
        last = null;
        all.forEach(this::unlink);
    }
}
