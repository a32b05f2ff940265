package io.signalbox.broker.queue;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which chunks of a queue leave memory for pages while the queues' indexes have more than their share of the heap, and how they come
 * back. After an image was told, those leave that nobody needs for now and that lie wholly below its LSN, so that their pages are
 * what later images tell: from the last that came in to what consumers get next. They come back when somebody comes to their place, and
 * then the one after it, too. Made when the first is about to leave. Confined to the queue.
 */
final class ColdChunks {

    /** Written in one turn: some tenths of a millisecond. */
    private static final int CHUNKS_PER_TURN = 4;

    /** Looked at in one turn. */
    private static final int LOOKS_PER_TURN = 64;

    /** Of those that came back so many may stay that nobody has anything of. */
    private static final int MOST_RETURNED = 8;

    /** Beside the one in use they stay in memory. */
    private static final int CHUNKS_AT_FRONT = 2;

    private static final int OVER = -1;

    private final QueueIndex index;
    private final QueueFootprint footprint;
    private final QueueEffects effects;

    /** What lies below was told in an image. */
    private long belowLsn;

    /** Entries from these numbers on came after that image was begun, by level. */
    private long[] ends = {};

    /** Whether somebody consumes, so that what is near the front stays. */
    private boolean keepsFront;

    /** Where the sweep is: the chunks of this level below this number come next. */
    private int level = OVER;

    private long below;

    /** Chunks that came back, the first of them first. */
    private final ArrayDeque<Returned> returned = new ArrayDeque<>(0);

    private record Returned(int level, long number) {}

    /** Chunks that come back because of damage in the log, and which LSNs it has hit. */
    private final Map<Stub, Set<Long>> sought = new HashMap<>(0);

    ColdChunks(QueueIndex index, QueueFootprint footprint, QueueEffects effects) {
        this.index = index;
        this.footprint = footprint;
        this.effects = effects;
    }

    // ---- how they leave

    /**
     * All that lies below this LSN has been told in an image; what is cold of it may leave, turn by turn.
     *
     * @param imageEnds entries from these numbers on were not in it, by level
     * @param isConsumed whether somebody is about to need what is in front
     */
    void sweep(long belowImageLsn, long[] imageEnds, boolean isConsumed) {
        belowLsn = Math.max(belowLsn, belowImageLsn);
        ends = imageEnds;
        keepsFront = isConsumed;
        level = Order.LEVELS - 1;
        below = Long.MAX_VALUE;
    }

    /** Whether there is more to do, for another turn. */
    boolean takeTurn() {
        int written = 0;
        for (int looks = 0; level != OVER && footprint.isIndexLarge(); looks++) {
            if (looks == LOOKS_PER_TURN || written == CHUNKS_PER_TURN) return true;
            Lane lane = index.existing(level);
            Chunk chunk = lane == null ? null : lane.chunkBefore(below);
            if (lane == null || chunk == null) {
                level--;
                below = Long.MAX_VALUE;
                continue;
            }
            below = chunk.number;
            if (leave(level, lane, chunk)) written++;
        }
        level = OVER;
        return false;
    }

    private boolean leave(int itsLevel, Lane lane, Chunk chunk) {
        if (!chunk.isQuiet() || (keepsFront && isNearFront(lane, chunk)) || index.hasObjects(itsLevel, chunk))
            return false;
        if ((chunk.number + 1) * index.slots() > ends[itsLevel]) return false;
        LsnRange lsns = LsnRange.of(chunk);
        if (lsns.lowest() == 0 || lsns.highest() >= belowLsn) return false;
        long page = effects.pages().write(ChunkPage.of(chunk));
        if (page == Pages.NO_ROOM) {
            level = OVER; // the next image is the next try
            return false;
        }
        lane.leave(chunk, new Stub(chunk, lsns, page));
        footprint.left(chunk.live());
        index.report(footprint);
        return true;
    }

    /** Whether what consumers get next is in this chunk, or shortly before it. */
    private boolean isNearFront(Lane lane, Chunk chunk) {
        long first = lane.firstInFront();
        long ahead = chunk.number - first / index.slots();
        return first != Lane.NONE && ahead >= 0 && ahead <= CHUNKS_AT_FRONT;
    }

    // ---- how they come back

    /** Whether the chunk of this place is in memory; if not, it will come, and {@link #came} follows. */
    boolean isHere(long place) {
        Lane lane = index.existing(Order.level(place));
        if (lane == null) return true;
        Stub stub = lane.stubOf(Order.arrival(place));
        if (stub != null) ask(Order.level(place), stub);
        Stub ahead = stubAfter(lane, Order.arrival(place));
        if (ahead != null) ask(Order.level(place), ahead);
        return stub == null;
    }

    /** The chunks come back that may have these LSNs, in which the log is damaged; {@link #came} names them again. */
    void seek(Set<Long> lsns) {
        for (int each = 0; each < Order.LEVELS; each++) {
            Lane lane = index.existing(each);
            if (lane == null) continue;
            for (Stub stub = lane.stubFrom(0); stub != null; stub = lane.stubFrom(stub.number + 1)) {
                if (lsns.stream().noneMatch(stub::mayHave)) continue;
                sought.merge(stub, lsns, ColdChunks::union);
                ask(each, stub);
            }
        }
    }

    private static Set<Long> union(Set<Long> some, Set<Long> others) {
        Set<Long> all = new HashSet<>(some);
        all.addAll(others);
        return all;
    }

    /** That which comes next after the chunk of this entry; null if that is in memory, or there is none. */
    private @Nullable Stub stubAfter(Lane lane, long arrival) {
        long number = arrival / index.slots() + 1;
        Stub stub = lane.stubFrom(number);
        Chunk chunk = stub == null ? null : lane.chunkFrom(number);
        return stub == null || (chunk != null && chunk.number < stub.number) ? null : stub;
    }

    private void ask(int itsLevel, Stub stub) {
        if (stub.asked) return;
        stub.asked = true;
        effects.fetch(new PageLoad.Wanted(itsLevel, stub, index.slots()));
    }

    /**
     * A page is here; nothing happens if the queue has ended meanwhile.
     *
     * @return the LSNs that were sought there
     */
    Set<Long> came(PageLoad load, Chunk chunk) {
        Set<Long> lsns = sought.remove(load.stub);
        Lane lane = index.existing(load.level);
        if (lane == null || lane.stubFrom(load.stub.number) != load.stub) return Set.of();
        comeBack(lane, load.stub, chunk);
        keepsFront = true;
        Returned latest = new Returned(load.level, chunk.number);
        returned.remove(latest); // it may have been here before
        returned.add(latest);
        if (returned.size() > MOST_RETURNED && footprint.isIndexLarge()) leaveAgain(returned.remove());
        while (returned.size() > MOST_RETURNED) returned.remove();
        return lsns == null ? Set.of() : lsns;
    }

    private void leaveAgain(Returned first) {
        Lane lane = index.existing(first.level);
        Chunk chunk = lane == null ? null : lane.chunkFrom(first.number);
        if (lane != null && chunk != null && chunk.number == first.number) leave(first.level, lane, chunk);
    }

    private void comeBack(Lane lane, Stub stub, Chunk chunk) {
        lane.comeBack(stub, chunk);
        effects.pages().free(stub.page);
        footprint.cameBack(chunk.live());
        index.report(footprint);
    }

    /** All come back, at once: waits for the disk. */
    void comeBackAll() {
        for (int each = 0; each < Order.LEVELS; each++) {
            Lane lane = index.existing(each);
            if (lane == null) continue;
            for (Stub stub = lane.stubFrom(0); stub != null; stub = lane.stubFrom(0)) {
                comeBack(lane, stub, chunk(effects.pages(), stub, index.slots()));
            }
        }
    }

    /** The chunk comes back for whoever looks for an LSN at a start: waits for the disk. */
    Chunk read(Stub stub) {
        Chunk chunk = chunk(effects.pages(), stub, index.slots());
        effects.pages().free(stub.page);
        footprint.cameBack(chunk.live());
        return chunk;
    }

    private static Chunk chunk(Pages pages, Stub stub, int slots) {
        try {
            return ChunkPage.chunk(pages.readNow(stub.page), stub, slots);
        } catch (StoreException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    // ---- how they end

    /**
     * The queue has ended with these lanes.
     *
     * @return names what is in their pages and gives those back, once; waits for the disk
     */
    java.util.function.Consumer<LongConsumer> end(List<Lane> lanes) {
        level = OVER;
        returned.clear();
        sought.clear();
        List<Stub> stubs = new ArrayList<>();
        for (Lane lane : lanes) {
            for (Stub stub = lane.stubFrom(0); stub != null; stub = lane.stubFrom(stub.number + 1)) stubs.add(stub);
        }
        for (Stub stub : stubs) footprint.cameBack(stub.live());
        Pages pages = effects.pages();
        int slots = index.slots();
        return visitor -> {
            for (Stub stub : stubs) {
                chunk(pages, stub, slots).forEachLsn(visitor);
                pages.free(stub.page);
            }
        };
    }
}
