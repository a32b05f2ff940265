package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of one key, at most one for a destination: itself where there is one, as with most keys; an array that is copied on
 * change while there are few; a concurrent map when there are many, so that one more costs the same at any number. Reads take no
 * lock; changes of one set must not overlap, which the map that holds the set sees to.
 */
class BindingSet {

    private static final int FEW = 16;

    /** Null, a {@link Binding}, a {@code Binding[]} of two or more, or {@link Many}. */
    private volatile @Nullable Object bindings;

    private static final class Many {
        final ConcurrentHashMap<Destination, Binding> byDestination = new ConcurrentHashMap<>();

        void put(Binding binding) {
            byDestination.put(binding.destination(), binding);
        }
    }

    final void add(Binding binding) {
        Object present = bindings;
        if (present instanceof Many many) {
            many.put(binding);
            return;
        }
        Binding[] few = few(present);
        int index = indexOf(few, binding.destination());
        if (index < few.length) {
            Binding[] changed = few.clone();
            changed[index] = binding;
            set(changed);
        } else if (few.length == FEW) {
            spread(few, binding);
        } else {
            Binding[] longer = Arrays.copyOf(few, few.length + 1);
            longer[index] = binding;
            set(longer);
        }
    }

    private void set(Binding[] few) {
        if (few.length == 0) bindings = null;
        else bindings = few.length == 1 ? few[0] : few;
    }

    private static Binding[] few(@Nullable Object present) {
        if (present instanceof Binding[] several) return several;
        return present instanceof Binding one ? new Binding[] {one} : new Binding[0];
    }

    /** As many as there are if it is not there. */
    private static int indexOf(Binding[] few, Destination destination) {
        int index = 0;
        while (index < few.length && few[index].destination() != destination) index++;
        return index;
    }

    private void spread(Binding[] few, Binding added) {
        Many many = new Many();
        for (Binding binding : few) many.put(binding);
        many.put(added);
        bindings = many; // published whole; a reader that still sees the array sees the set as it was
    }

    final boolean remove(Destination destination) {
        Object present = bindings;
        if (present instanceof Many many) return many.byDestination.remove(destination) != null;
        Binding[] few = few(present);
        int index = indexOf(few, destination);
        if (index == few.length) return false;
        Binding[] shorter = new Binding[few.length - 1];
        System.arraycopy(few, 0, shorter, 0, index);
        System.arraycopy(few, index + 1, shorter, index, shorter.length - index);
        set(shorter);
        return true;
    }

    final boolean hasNone() {
        Object present = bindings;
        return present instanceof Many many ? many.byDestination.isEmpty() : present == null;
    }

    final void route(Message message, Object origin, Matches matches) {
        Object present = bindings;
        if (present instanceof Binding one) {
            follow(one, message, origin, matches);
        } else if (present instanceof Binding[] few) {
            for (Binding binding : few) follow(binding, message, origin, matches);
        } else if (present instanceof Many many) {
            for (Binding binding : many.byDestination.values()) follow(binding, message, origin, matches);
        }
    }

    static void follow(Binding binding, Message message, Object origin, Matches matches) {
        if (!binding.isOpenTo(message, origin, matches)) return;
        binding.destination().route(message, origin, binding.flags(), matches);
    }
}
