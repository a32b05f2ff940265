package io.signalbox.broker.routing;

import io.signalbox.broker.store.TargetFlags;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The destinations one message goes to, each once. A destination that several bindings lead to gets the highest QoS among
 * them (MQTT-3.3.4-2) and the union of the other flags. Reused from message to message; confined to one publisher.
 */
public final class Matches {

    /** Exchange to exchange bindings followed one after the other; more is a loop or a mistake. */
    private static final int MAX_EXCHANGES = 32;

    private static final int LINEAR_SEARCH = 16;

    private @Nullable Destination[] destinations = new Destination[8];
    private int[] flags = new int[8];
    private int size;
    private int exchanges;
    private final IdentityHashMap<Destination, Integer> slots = new IdentityHashMap<>(0);

    public void reset() {
        Arrays.fill(destinations, 0, size, null);
        size = 0;
        exchanges = 0;
        if (!slots.isEmpty()) slots.clear();
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    public Destination destination(int index) {
        Destination destination = destinations[index];
        if (destination == null) throw new IndexOutOfBoundsException(index + " of " + size);
        return destination;
    }

    public int flags(int index) {
        return flags[index];
    }

    /** A leaf: the message goes to this queue or subscription. */
    public void add(Destination destination, int newFlags) {
        int slot = slotOf(destination);
        if (slot >= 0) {
            flags[slot] = TargetFlags.merge(flags[slot], newFlags);
            return;
        }
        if (size == destinations.length) {
            destinations = Arrays.copyOf(destinations, size * 2);
            flags = Arrays.copyOf(flags, size * 2);
        }
        destinations[size] = destination;
        flags[size] = newFlags;
        if (size >= LINEAR_SEARCH) slots.put(destination, size);
        size++;
    }

    /** Whether one more exchange may be followed. */
    boolean enterExchange() {
        return ++exchanges <= MAX_EXCHANGES;
    }

    private int slotOf(Destination destination) {
        int linear = Math.min(size, LINEAR_SEARCH);
        for (int i = 0; i < linear; i++) {
            if (destinations[i] == destination) return i;
        }
        return size > LINEAR_SEARCH ? slots.getOrDefault(destination, -1) : -1;
    }
}
