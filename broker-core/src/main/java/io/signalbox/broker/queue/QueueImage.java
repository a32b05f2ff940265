package io.signalbox.broker.queue;

import io.signalbox.broker.store.TargetFlags;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a queue has of the log, for a checkpoint: its chunks as they are, in parts, so that nobody is held up for long. A part is
 * a byte for the version of the format, then for each chunk a byte for its level and the chunk. Confined to the queue.
 */
public final class QueueImage {
    /** 2 since it says when entries expire; 1 is read too. */
    static final byte FORMAT_VERSION = 2;

    /** A chunk that is copied is 1, one in which every entry is looked at 9, one in which each expires 17: less than a millisecond in all. */
    private static final int EFFORT_PER_PART = 64;

    private static final int SLOTS_PER_EFFORT = 512;

    /** A chunk that is copied from a page. */
    private static final int EFFORT_OF_A_PAGE = 2;

    private static final int BYTES_PER_PART = 256 << 10;

    private final IntFunction<@Nullable Lane> lanes;
    private final long belowLsn;

    /**
     * Entries from these numbers on came after the first part was asked for, by level. Of a transaction that was committed above {@code belowLsn} an image so has
     * the first entries, or none: the start puts the others behind them.
     */
    private final long[] ends = new long[Order.LEVELS];

    private boolean begun;
    private int level;
    private long nextChunk;
    private List<Gap> gaps = new ArrayList<>(0);

    /** Receives what is read. */
    interface Visitor {
        void chunk(int level, Chunk chunk);
    }

    /**
     * A chunk that is missing in a part, because it is in a page.
     *
     * @param at how many bytes come before it
     * @param level that it is of
     */
    record Gap(int at, int level, long page) {}

    /** @param lanes by level, null where there is none */
    QueueImage(IntFunction<@Nullable Lane> lanes, long belowLsn) {
        this.lanes = lanes;
        this.belowLsn = belowLsn;
    }

    private void begin() {
        begun = true;
        for (int each = 0; each < ends.length; each++) {
            Lane lane = lanes.apply(each);
            if (lane != null) ends[each] = lane.arrivals();
        }
    }

    /** The next part, but for its {@link #gaps}; null if there is nothing to tell. */
    byte @Nullable [] nextPart() {
        if (!begun) begin();
        gaps = new ArrayList<>(0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT_VERSION);
            for (int effort = 0; !isOver() && effort < EFFORT_PER_PART && bytes.size() < BYTES_PER_PART; ) {
                effort += writeNext(out, bytes.size());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no stream in memory fails
        }
        return bytes.size() == 1 && gaps.isEmpty() ? null : bytes.toByteArray();
    }

    /** Entries from these numbers on are not in it, by level. */
    long[] ends() {
        return ends;
    }

    /** What it tells lies below. */
    long belowLsn() {
        return belowLsn;
    }

    /** What the latest part misses, in its order. */
    List<Gap> gaps() {
        return gaps;
    }

    /**
     * A part that misses nothing.
     *
     * @param pages what lies in the pages of the gaps
     */
    static byte[] filled(byte[] part, List<Gap> gaps, List<byte[]> pages) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int copied = 0;
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            whole.write(part, copied, gap.at - copied);
            copied = gap.at;
            whole.write(gap.level);
            ChunkPage.copyImage(pages.get(i), whole);
        }
        whole.write(part, copied, part.length - copied);
        return whole.toByteArray();
    }

    /** Whether all parts have been told. */
    boolean isOver() {
        return level == Order.LEVELS;
    }

    /** Writes the next chunk, if it has something; what that has cost. */
    private int writeNext(DataOutputStream out, int written) throws IOException {
        Lane lane = lanes.apply(level);
        Chunk chunk = lane == null ? null : lane.chunkFrom(nextChunk);
        Stub stub = lane == null ? null : lane.stubFrom(nextChunk);
        if (stub != null && (chunk == null || stub.number < chunk.number)) {
            nextChunk = stub.number + 1;
            gaps.add(new Gap(written, level, stub.page));
            return EFFORT_OF_A_PAGE;
        }
        long slots = lane == null || chunk == null ? 0 : lane.slotsBelow(chunk, ends[level]);
        if (chunk == null || slots <= 0) {
            level++;
            nextChunk = 0;
            return 0;
        }
        nextChunk = chunk.number + 1;
        ChunkImage image = chunk.image(belowLsn, (int) slots);
        if (image.living() > 0) {
            out.writeByte(level);
            image.write(out);
        }
        int looks = 2 * chunk.marks().expiring() + (chunk.isWhollyBelow(belowLsn) ? 0 : chunk.given());
        return 1 + looks / SLOTS_PER_EFFORT;
    }

    /**
     * Tells the LSN of each entry in a part. Any thread.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static void living(byte[] part, LongConsumer visitor) {
        read(part, 1 << QueueIndex.SLOT_BITS, (level, chunk) -> chunk.forEachLsn(visitor));
    }

    /** Ends what did not outlive its process. */
    static void endTransient(Chunk chunk) {
        if (!chunk.marks().mayHave(TargetFlags.TRANSIENT)) return;
        List<Integer> gone = new ArrayList<>();
        chunk.forEachLiving((slot, lsn) -> {
            if (TargetFlags.isTransient(chunk.marks().flags(slot))) gone.add(slot);
        });
        for (int slot : gone) {
            chunk.take(slot, Entry.UNKNOWN);
            chunk.end(slot);
        }
    }

    /**
     * Reads a part.
     *
     * @param slots of a chunk
     * @throws IllegalArgumentException if it is not what {@link #nextPart} made; nothing else is wrong with its bytes
     */
    static void read(byte[] part, int slots, Visitor visitor) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(part))) {
            int version = in.readByte();
            if (version < 1 || version > FORMAT_VERSION) throw new IOException("its format is " + version);
            while (in.available() > 0) {
                int level = in.readByte();
                if (level < 0 || level >= Order.LEVELS) throw new IOException("there is no level " + level);
                visitor.chunk(level, new Chunk(ChunkImage.read(in, slots, version), slots));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("The image of a queue cannot be read: " + e.getMessage() + ".", e);
        }
    }
}
