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
 * is remembered in {@link TopicPaths} until a node comes.
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
        volatile @Nullable ConcurrentHashMap<Object, Node> children;
        volatile boolean hasSingle;
        volatile boolean hasMulti;

        Node(boolean isMulti) {
            this.isMulti = isMulti;
        }

        @Nullable
        Node child(Object key) {
            ConcurrentHashMap<Object, Node> map = children;
            return map == null ? null : map.get(key);
        }

        boolean isEmpty() {
            ConcurrentHashMap<Object, Node> map = children;
            return hasNone() && (map == null || map.isEmpty());
        }
    }

    private final TopicSyntax syntax;
    private final Node root = new Node(false);

    /** Another object whenever a node has come and can be found. One that goes has no bindings, wherever it is remembered. */
    private volatile Object shape = new Object();

    TopicTree(TopicSyntax syntax) {
        this.syntax = syntax;
        root.children = new ConcurrentHashMap<>();
    }

    @Override
    public void add(Binding binding) {
        if (add(root, syntax.filterLevels(binding.key()), 0, binding)) shape = new Object();
    }

    /** True if there is a new node. */
    private boolean add(Node parent, String[] levels, int depth, Binding binding) {
        ConcurrentHashMap<Object, Node> children = parent.children;
        if (children == null) {
            children = new ConcurrentHashMap<>(2);
            parent.children = children; // only here, inside the update of the parent's own entry
        }
        Object key = key(levels[depth]);
        boolean[] grown = new boolean[1];
        children.compute(key, (k, existing) -> {
            Node node = existing == null ? new Node(key == MULTI) : existing;
            grown[0] = existing == null;
            if (depth == levels.length - 1) {
                node.add(binding);
            } else {
                grown[0] |= add(node, levels, depth + 1, binding);
            }
            return node;
        });
        // After the child is in place: whoever sees the mark finds the child.
        if (key == SINGLE) parent.hasSingle = true;
        if (key == MULTI) parent.hasMulti = true;
        return grown[0];
    }

    @Override
    public boolean remove(String filter, Destination destination) {
        return remove(root, syntax.filterLevels(filter), 0, destination);
    }

    private boolean remove(Node parent, String[] levels, int depth, Destination destination) {
        ConcurrentHashMap<Object, Node> children = parent.children;
        if (children == null) return false;
        boolean[] removed = new boolean[1];
        children.computeIfPresent(key(levels[depth]), (k, node) -> {
            removed[0] = depth == levels.length - 1
                    ? node.remove(destination)
                    : remove(node, levels, depth + 1, destination);
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
        BindingSet[] ends = matches.paths().find(before, name);
        if (ends == null) {
            ends = walk(name);
            matches.paths().walked(before, name, ends);
        }
        for (BindingSet end : ends) end.route(message, origin, matches);
    }

    /** The nodes at which filters end that match the name, also those at which none ends for now. */
    private BindingSet[] walk(String name) {
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
            for (Node node : reached.nodes) step(node, word, hidden && level == 0, next);
            Front swap = reached;
            reached = next;
            next = swap;
            if (reached.nodes.isEmpty()) break;
            from = to + 1;
        }
        return reached.all();
    }

    /** The nodes that the levels so far lead to, each once. Confined to one match. */
    private static final class Front {
        private static final int LINEAR_SEARCH = 16;

        final List<Node> nodes = new ArrayList<>(4);
        private @Nullable Set<Node> multis;

        /** A node that only its parent leads to, and that is in the front once. */
        void add(Node node) {
            nodes.add(node);
        }

        /** A multi-level wildcard is reached from its parent and from itself; false if it is here already. */
        boolean addMulti(Node multi) {
            Set<Node> known = multis;
            if (known == null && nodes.size() < LINEAR_SEARCH) {
                if (nodes.contains(multi)) return false;
            } else {
                if (known == null) multis = known = new HashSet<>(nodes);
                if (!known.add(multi)) return false;
            }
            nodes.add(multi);
            return true;
        }

        void clear() {
            nodes.clear();
            multis = null;
        }

        BindingSet[] all() {
            return nodes.toArray(new BindingSet[0]);
        }

        BindingSet[] multis() {
            return nodes.stream().filter(node -> node.isMulti).toArray(BindingSet[]::new);
        }
    }

    /** Where one more level leads from a node. */
    private static void step(Node node, String word, boolean literalOnly, Front next) {
        if (node.isMulti) stay(node, next);
        reach(node.child(word), next);
        if (!literalOnly && node.hasSingle) reach(node.child(SINGLE), next);
    }

    private static void reach(@Nullable Node node, Front next) {
        if (node == null) return;
        next.add(node);
        reachMulti(node, next);
    }

    /** A multi-level wildcard also stands for no level at all: {@code a/#} matches {@code a} (MQTT 5.0 §4.7.1.2). */
    private static void reachMulti(Node node, Front next) {
        if (!node.hasMulti) return;
        Node multi = node.child(MULTI);
        if (multi != null) stay(multi, next);
    }

    private static void stay(Node multi, Front next) {
        if (next.addMulti(multi)) reachMulti(multi, next);
    }
}
