package io.signalbox.broker.routing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the topic names that come again and again lead in their trees, so that nobody walks there for every message. A path is
 * good until its tree changes; what the bindings at its ends say of a message is asked for each. Confined to one loop.
 */
final class TopicPaths {

    /** Names that are known at once, of all trees; when there are more it begins anew. A power of two. */
    private static final int MOST_NAMES = 4096;

    private static final int LONGEST_NAME = 256;
    private static final int MOST_ENDS = 64;

    private final Map<String, Path> paths = new HashMap<>(0);

    /** The hashes of names that came of late, one at each place: a name is kept when it comes a second time. */
    private int @Nullable [] seen;

    /**
     * @param shape of the tree when the walk began
     * @param ends what the tree has for the filters that match
     */
    private record Path(Object shape, Object[] ends) {}

    /** The ends of the path of this name in the tree that has this shape now; null if it is not known. */
    Object @Nullable [] find(Object shape, String name) {
        Path path = paths.get(name);
        return path != null && path.shape == shape ? path.ends : null;
    }

    /** Somebody has walked this path, in a tree that had this shape when the walk began. */
    void walked(Object shape, String name, Object[] ends) {
        if (name.length() > LONGEST_NAME || ends.length > MOST_ENDS || !comesAgain(name)) return;
        if (paths.size() >= MOST_NAMES) paths.clear();
        paths.put(name, new Path(shape, ends));
    }

    private boolean comesAgain(String name) {
        int hash = name.hashCode();
        int[] hashes = seen;
        if (hashes == null) seen = hashes = new int[MOST_NAMES];
        int place = (hash ^ hash >>> 16) & MOST_NAMES - 1;
        if (hashes[place] == hash) return true;
        hashes[place] = hash;
        return false;
    }
}
