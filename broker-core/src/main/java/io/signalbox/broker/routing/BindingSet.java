package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of one key, at most one for a destination: an array that is copied on change while there are few, a
 * concurrent map when there are many, so that one more costs the same at any number. Reads take no lock; changes of one set
 * must not overlap, which the map that holds the set sees to.
 */
final class BindingSet {

    private static final int FEW = 16;

    private volatile Binding[] few = new Binding[0];
    private volatile @Nullable Map<Destination, Binding> many;

    void add(Binding binding) {
        Map<Destination, Binding> map = many;
        if (map != null) {
            map.put(binding.destination(), binding);
            return;
        }
        Binding[] bindings = few;
        for (int i = 0; i < bindings.length; i++) {
            if (bindings[i].destination() == binding.destination()) {
                Binding[] changed = bindings.clone();
                changed[i] = binding;
                few = changed;
                return;
            }
        }
        if (bindings.length == FEW) {
            spread(bindings, binding);
            return;
        }
        Binding[] longer = Arrays.copyOf(bindings, bindings.length + 1);
        longer[bindings.length] = binding;
        few = longer;
    }

    private void spread(Binding[] bindings, Binding added) {
        Map<Destination, Binding> map = new ConcurrentHashMap<>();
        for (Binding binding : bindings) map.put(binding.destination(), binding);
        map.put(added.destination(), added);
        many = map; // published whole; a reader that still sees the array sees the set as it was
    }

    boolean remove(Destination destination) {
        Map<Destination, Binding> map = many;
        if (map != null) return map.remove(destination) != null;
        Binding[] bindings = few;
        for (int i = 0; i < bindings.length; i++) {
            if (bindings[i].destination() == destination) {
                Binding[] shorter = new Binding[bindings.length - 1];
                System.arraycopy(bindings, 0, shorter, 0, i);
                System.arraycopy(bindings, i + 1, shorter, i, shorter.length - i);
                few = shorter;
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        Map<Destination, Binding> map = many;
        return map != null ? map.isEmpty() : few.length == 0;
    }

    void route(Message message, Object origin, Matches matches) {
        Map<Destination, Binding> map = many;
        if (map != null) {
            for (Binding binding : map.values()) follow(binding, message, origin, matches);
            return;
        }
        for (Binding binding : few) follow(binding, message, origin, matches);
    }

    static void follow(Binding binding, Message message, Object origin, Matches matches) {
        if (!binding.isOpenTo(message, origin, matches)) return;
        binding.destination().route(message, origin, binding.flags(), matches);
    }
}
