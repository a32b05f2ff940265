package io.signalbox.broker;

/** What is used of the heap; for printed figures only, since others use it too. */
public final class UsedHeap {

    private UsedHeap() {}

    /** In bytes, after the collector has run until it finds nothing more. */
    public static long bytes() {
        long used = Long.MAX_VALUE;
        for (int tries = 0; tries < 20; tries++) {
            System.gc();
            long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            if (now >= used) return now;
            used = now;
        }
        return used;
    }
}
