package io.signalbox.benchmarks.load;

/** Sources whose numbers follow each other. */
public record Sources(int first, int count) {

    public Sources {
        if (first < 0 || count < 1) throw new IllegalArgumentException(count + " sources from " + first);
    }

    public static Sources first(int count) {
        return new Sources(0, count);
    }

    boolean has(int source) {
        return source >= first && source - first < count;
    }
}
