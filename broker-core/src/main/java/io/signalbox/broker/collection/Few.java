package io.signalbox.broker.collection;

import java.util.ArrayList;
import java.util.List;

/**
 * Lists that mostly have no element or one, of which there are very many: none costs nothing and one costs 24 bytes, since these
 * are unmodifiable; a longer one is changed in place. Whoever has such a list puts the one that comes back in its place.
 */
public final class Few {

    private Few() {}

    /** The list with one more at its end. */
    public static <T> List<T> with(List<T> few, T element) {
        if (few.isEmpty()) return List.of(element);
        List<T> many = few.size() == 1 ? new ArrayList<>(few) : few;
        many.add(element);
        return many;
    }

    /** The list without the first that equals this element, if there is one. */
    public static <T> List<T> without(List<T> few, T element) {
        int index = few.indexOf(element);
        if (index < 0) return few;
        if (few.size() == 1) return List.of();
        if (few.size() == 2) return List.of(few.get(1 - index));
        few.remove(index);
        return few;
    }
}
