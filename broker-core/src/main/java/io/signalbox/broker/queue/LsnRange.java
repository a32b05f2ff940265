package io.signalbox.broker.queue;

/** The lowest and the highest LSN of a chunk's entries; the lowest is 0 if one of them is only in memory. */
record LsnRange(long lowest, long highest) {

    /** Of a chunk in which something lives. */
    static LsnRange of(Chunk chunk) {
        long[] bounds = {Long.MAX_VALUE, 0};
        chunk.forEachLiving((slot, lsn) -> {
            bounds[0] = Math.min(bounds[0], lsn);
            bounds[1] = Math.max(bounds[1], lsn);
        });
        return new LsnRange(bounds[0], bounds[1]);
    }
}
