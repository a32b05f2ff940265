package io.signalbox.broker.routing;

import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.LastSelectable;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.TargetFlags;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The destinations one message goes to, each once. A destination that several bindings lead to gets the highest QoS among
 * them (MQTT-3.3.4-2) and the union of the other flags. Reused from message to message; confined to one publisher.
 */
public final class Matches {

    /** Exchange to exchange bindings followed one after the other; a chain of more is a mistake. */
    private static final int MAX_DEPTH = 32;

    /** Places kept from message to message; what a larger fan-out needed is let go with it. */
    private static final int KEPT = 256;

    private static final int LINEAR_SEARCH = 16;

    private @Nullable Destination[] destinations = new Destination[8];
    private int[] flags = new int[8];
    private int size;
    private int depth;
    private @Nullable Exchange entered;
    private final Set<Exchange> alsoEntered = new HashSet<>(0);
    private IdentityHashMap<Destination, Integer> slots = new IdentityHashMap<>(0);
    private final LastSelectable selectable = new LastSelectable();
    private final TopicPaths paths = new TopicPaths();

    public void reset() {
        if (size > KEPT) {
            destinations = new Destination[KEPT];
            flags = new int[KEPT];
            slots = new IdentityHashMap<>(0);
        } else {
            Arrays.fill(destinations, 0, size, null);
            if (!slots.isEmpty()) slots.clear();
        }
        size = 0;
        depth = 0;
        entered = null;
        if (!alsoEntered.isEmpty()) alsoEntered.clear();
        selectable.forget();
    }

    /** Whether a filter on the way wants the message. */
    boolean wanted(Filter filter, Message message) {
        return selectable.matches(filter, message);
    }

    TopicPaths paths() {
        return paths;
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

    /** Whether an exchange is to be followed: each once for a message, so neither circles nor crossings cost anything. */
    boolean enter(Exchange exchange) {
        if (depth == MAX_DEPTH || exchange == entered) return false;
        if (entered == null) entered = exchange;
        else if (!alsoEntered.add(exchange)) return false;
        depth++;
        return true;
    }

    /** The way back from an exchange that was entered. */
    void leave() {
        depth--;
    }

    private int slotOf(Destination destination) {
        int linear = Math.min(size, LINEAR_SEARCH);
        for (int i = 0; i < linear; i++) {
            if (destinations[i] == destination) return i;
        }
        return size > LINEAR_SEARCH ? slots.getOrDefault(destination, -1) : -1;
    }
}
