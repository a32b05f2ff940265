package io.signalbox.broker.routing;

import io.signalbox.broker.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Topic filters as a tree of levels. A change costs O(levels), also with a million siblings; matching walks the set of
 * nodes that the name's levels have reached so far, each node at most once, so no filter makes it exponential; what it came to
 * is remembered in {@link TopicPaths} until something changes.
 *
 * <p>Thread-safe. Matching takes no lock. A change goes down the tree inside the maps' own atomic updates, so that removing
 * an empty branch and adding to it exclude each other.
 */
final class TopicTree implements Router {

    /** Keys of the wildcard children; objects of their own, since a published level may be spelled like a wildcard. */
    private static final Object SINGLE = new Object();

    private static final Object MULTI = new Object();

    /** With the bindings of the filter that ends here. */
    private static final class Node extends BindingSet {
        final boolean isMulti;

        /**
         * By their words or wildcards: a {@link Node}; or, as with most filters, the {@link Binding} that ends there, while it is the
         * only one, nothing goes on from there, and a word leads there.
         */
        volatile @Nullable ConcurrentHashMap<Object, Object> children;

        volatile boolean hasSingle;
        volatile boolean hasMulti;

        Node(boolean isMulti) {
            this.isMulti = isMulti;
        }

        @Nullable
        Object child(Object key) {
            ConcurrentHashMap<Object, Object> map = children;
            return map == null ? null : map.get(key);
        }

        boolean isEmpty() {
            ConcurrentHashMap<Object, Object> map = children;
            return hasNone() && (map == null || map.isEmpty());
        }
    }

    private final TopicSyntax syntax;
    private final Node root = new Node(false);

    /** Another object after each change, once whoever walks comes upon it. */
    private volatile Object shape = new Object();

    TopicTree(TopicSyntax syntax) {
        this.syntax = syntax;
        root.children = new ConcurrentHashMap<>();
    }

    @Override
    public void add(Binding binding) {
        add(root, syntax.filterLevels(binding.key()), 0, binding);
        shape = new Object();
    }

    private void add(Node parent, String[] levels, int depth, Binding binding) {
        ConcurrentHashMap<Object, Object> children = parent.children;
        if (children == null) {
            children = new ConcurrentHashMap<>(2);
            parent.children = children; // only here, inside the update of the parent's own entry
        }
        Object key = key(levels[depth]);
        boolean last = depth == levels.length - 1;
        children.compute(key, (k, existing) -> {
            if (last && key != MULTI && isOnly(binding, existing)) return binding;
            Node node = existing instanceof Node known ? known : new Node(key == MULTI);
            if (existing instanceof Binding alone) node.add(alone);
            if (last) node.add(binding);
            else add(node, levels, depth + 1, binding);
            return node;
        });
        // After the child is in place: whoever sees the mark finds the child.
        if (key == SINGLE) parent.hasSingle = true;
        if (key == MULTI) parent.hasMulti = true;
    }

    /** Whether a binding is the only one at its place. */
    private static boolean isOnly(Binding binding, @Nullable Object existing) {
        return existing == null
                || (existing instanceof Binding earlier && earlier.destination() == binding.destination());
    }

    @Override
    public boolean remove(String filter, Destination destination) {
        boolean removed = remove(root, syntax.filterLevels(filter), 0, destination);
        if (removed) shape = new Object();
        return removed;
    }

    private boolean remove(Node parent, String[] levels, int depth, Destination destination) {
        ConcurrentHashMap<Object, Object> children = parent.children;
        if (children == null) return false;
        boolean last = depth == levels.length - 1;
        boolean[] removed = new boolean[1];
        children.computeIfPresent(key(levels[depth]), (k, existing) -> {
            if (!(existing instanceof Node node)) {
                removed[0] = last && ((Binding) existing).destination() == destination;
                return removed[0] ? null : existing;
            }
            removed[0] = last ? node.remove(destination) : remove(node, levels, depth + 1, destination);
            return node.isEmpty() ? null : node;
        });
        return removed[0];
    }

    private Object key(String level) {
        if (level.equals(syntax.single)) return SINGLE;
        if (level.equals(TopicSyntax.MULTI)) return MULTI;
        return level;
    }

    @Override
    public void route(Message message, Object origin, Matches matches) {
        String name = message.envelope().address();
        Object before = shape;
        Object[] ends = matches.paths().find(before, name);
        if (ends == null) {
            ends = walk(name);
            matches.paths().walked(before, name, ends);
        }
        for (Object end : ends) {
            if (end instanceof Node node) node.route(message, origin, matches);
            else BindingSet.follow((Binding) end, message, origin, matches);
        }
    }

    /** The nodes and lone bindings of the filters that match the name, also nodes at which no filter ends for now. */
    private Object[] walk(String name) {
        boolean hidden = syntax == TopicSyntax.MQTT && !name.isEmpty() && name.charAt(0) == '$'; // MQTT-4.7.2-1
        Front reached = new Front();
        Front next = new Front();
        reached.add(root);
        if (!hidden) reachMulti(root, reached);
        int from = 0;
        for (int level = 0; from <= name.length(); level++) {
            // No filter is that deep but for one that ends in #, which takes any rest. One with words after a #, which
            // only the
            // AMQP syntax has, is not looked for in a name like this.
            if (level == TopicSyntax.MAX_LEVELS) return reached.multis();
            int to = name.indexOf(syntax.separator, from);
            if (to < 0) to = name.length();
            String word = name.substring(from, to);
            next.clear();
            for (Object place : reached.places) {
                if (place instanceof Node node) step(node, word, hidden && level == 0, next);
            }
            Front swap = reached;
            reached = next;
            next = swap;
            if (reached.places.isEmpty()) break;
            from = to + 1;
        }
        return reached.places.toArray();
    }

    /** The nodes and lone bindings that the levels so far lead to, each once. Confined to one match. */
    private static final class Front {
        private static final int LINEAR_SEARCH = 16;

        final List<Object> places = new ArrayList<>(4);
        private @Nullable Set<Node> multis;

        /** One that only its parent leads to, and that is in the front once. */
        void add(Object place) {
            places.add(place);
        }

        /** A multi-level wildcard is reached from its parent and from itself; false if it is here already. */
        boolean addMulti(Node multi) {
            Set<Node> known = multis;
            if (known == null && places.size() < LINEAR_SEARCH) {
                if (places.contains(multi)) return false;
            } else {
                if (known == null) multis = known = multisThere();
                if (!known.add(multi)) return false;
            }
            places.add(multi);
            return true;
        }

        private Set<Node> multisThere() {
            Set<Node> there = new HashSet<>();
            for (Object place : places) {
                if (place instanceof Node node && node.isMulti) there.add(node);
            }
            return there;
        }

        void clear() {
            places.clear();
            multis = null;
        }

        Object[] multis() {
            return places.stream()
                    .filter(place -> place instanceof Node node && node.isMulti)
                    .toArray();
        }
    }

    /** Where one more level leads from a node. */
    private static void step(Node node, String word, boolean literalOnly, Front next) {
        if (node.isMulti) stay(node, next);
        reach(node.child(word), next);
        if (!literalOnly && node.hasSingle) reach(node.child(SINGLE), next);
    }

    private static void reach(@Nullable Object place, Front next) {
        if (place == null) return;
        next.add(place);
        if (place instanceof Node node) reachMulti(node, next);
    }

    /** A multi-level wildcard also stands for no level at all: {@code a/#} matches {@code a} (MQTT 5.0 §4.7.1.2). */
    private static void reachMulti(Node node, Front next) {
        if (node.hasMulti && node.child(MULTI) instanceof Node multi) stay(multi, next);
    }

    private static void stay(Node multi, Front next) {
        if (next.addMulti(multi)) reachMulti(multi, next);
    }
}
