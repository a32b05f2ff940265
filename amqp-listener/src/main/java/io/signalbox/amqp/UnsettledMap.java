package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one session and direction that are not settled yet, by delivery-id (AMQP 1.0 §2.6.12). Ids come in
 * growing order, so this is an array with holes: a disposition's range is intersected with what is really here and never
 * walked, whatever a peer names (2^32 ids cost as much as none). Confined to the connection's event loop.
 *
 * @param <D> what is kept of a delivery
 */
final class UnsettledMap<D> {

    private static final int FIRST_CAPACITY = 8;

    private int[] ids = new int[FIRST_CAPACITY];
    private @Nullable Object[] deliveries = new Object[FIRST_CAPACITY];
    private int from;
    private int to;
    private int size;

    int size() {
        return size;
    }

    /** Keeps a delivery; its id is ahead of all that are here. */
    void add(int deliveryId, D delivery) {
        if (size == 0) from = to = 0;
        if (size > 0 && !SerialNumber.isBefore(ids[to - 1], deliveryId)) {
            throw new IllegalStateException("delivery-id " + SerialNumber.toUnsigned(deliveryId) + " is not after "
                    + SerialNumber.toUnsigned(ids[to - 1]));
        }
        if (to == ids.length) makeRoom();
        ids[to] = deliveryId;
        deliveries[to++] = delivery;
        size++;
    }

    /** Takes out the deliveries with ids from {@code first} to {@code last}, both included, and gives them in order. */
    List<D> remove(int first, int last) {
        List<D> taken = new ArrayList<>(1);
        int index = lowerBound(first);
        while (index < to && !SerialNumber.isBefore(last, ids[index])) {
            D delivery = at(index);
            if (delivery != null) {
                deliveries[index] = null;
                size--;
                taken.add(delivery);
            }
            index++;
        }
        trim();
        return taken;
    }

    /** Takes out one delivery; null if it is not here. */
    @Nullable
    D remove(int deliveryId) {
        int index = lowerBound(deliveryId);
        if (index == to || ids[index] != deliveryId) return null;
        D delivery = at(index);
        if (delivery != null) {
            deliveries[index] = null;
            size--;
            trim();
        }
        return delivery;
    }

    /** Takes out all that {@code condition} holds for, oldest first. */
    List<D> removeIf(Predicate<D> condition) {
        List<D> taken = new ArrayList<>(0);
        for (int i = from; i < to; i++) {
            D delivery = at(i);
            if (delivery == null || !condition.test(delivery)) continue;
            deliveries[i] = null;
            size--;
            taken.add(delivery);
        }
        trim();
        return taken;
    }

    @SuppressWarnings("unchecked") // only add() writes, and it takes a D
    private @Nullable D at(int index) {
        return (D) deliveries[index];
    }

    /** The first index whose id is not before {@code deliveryId}. */
    private int lowerBound(int deliveryId) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (SerialNumber.isBefore(ids[middle], deliveryId)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** Drops holes at both ends, so that a range that names only settled ids meets few of them. */
    private void trim() {
        while (from < to && deliveries[from] == null) from++;
        while (to > from && deliveries[to - 1] == null) to--;
        if (to - from > 4 * FIRST_CAPACITY && size < (to - from) / 2) compact(ids, deliveries);
    }

    private void makeRoom() {
        if (size > ids.length / 2) compact(new int[ids.length * 2], new Object[ids.length * 2]);
        else compact(ids, deliveries);
    }

    private void compact(int[] intoIds, @Nullable Object[] intoDeliveries) {
        int next = 0;
        for (int i = from; i < to; i++) {
            Object delivery = deliveries[i];
            if (delivery == null) continue;
            intoIds[next] = ids[i];
            intoDeliveries[next++] = delivery;
        }
        if (intoDeliveries == deliveries) Arrays.fill(deliveries, next, to, null);
        ids = intoIds;
        deliveries = intoDeliveries;
        from = 0;
        to = next;
    }
}
