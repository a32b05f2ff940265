package io.signalbox.broker.queue;

/**
 * What of a {@link Chunk} stays in memory while the rest is in a page: which of its places may be what somebody looks for. Nobody
 * has any of its entries. Confined to the queue.
 */
final class Stub {

    /** With its place in the lane, in bytes. */
    static final int HEAP_BYTES = 64 + 8;

    private static final char NOWHERE = Character.MAX_VALUE;

    /** As the chunk's. */
    final long number;

    /** Names it, see {@link io.signalbox.broker.store.Pages}. */
    final long page;

    /** Of the bodies. */
    final long waitingBytes;

    final long lowestLsn;
    final long highestLsn;

    /** The first of its entries. */
    private final char from;

    private final char to;
    private final char live;
    private final char firstInFront;
    private final char firstAside;

    /** Whether the page is on its way. */
    boolean asked;

    Stub(Chunk chunk, LsnRange lsns, long page) {
        this.number = chunk.number;
        this.page = page;
        this.waitingBytes = chunk.marks().waitingBytes();
        this.lowestLsn = lsns.lowest();
        this.highestLsn = lsns.highest();
        this.from = slot(chunk, Standing.LIVE);
        this.to = (char) chunk.to();
        this.live = (char) chunk.live();
        this.firstInFront = slot(chunk, Standing.IN_FRONT);
        this.firstAside = slot(chunk, Standing.ASIDE);
    }

    private static char slot(Chunk chunk, Standing standing) {
        int slot = chunk.next(standing, 0);
        return slot < 0 ? NOWHERE : (char) slot;
    }

    /** Whether one of its entries may have this LSN. */
    boolean mayHave(long lsn) {
        return lsn >= lowestLsn && lsn <= highestLsn;
    }

    int live() {
        return live;
    }

    /**
     * The first slot of this standing from here on; negative if there is none. It is known only up to the first: later ones are
     * named as they are asked for, whatever stands there.
     */
    int next(Standing standing, int slot) {
        char first = switch (standing) {
            case LIVE, WAITING -> from;
            case IN_FRONT -> firstInFront;
            case ASIDE -> firstAside;
        };
        if (first == NOWHERE || slot >= to) return -1;
        return Math.max(first, slot);
    }
}
