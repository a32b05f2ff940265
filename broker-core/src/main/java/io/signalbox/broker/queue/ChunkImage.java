package io.signalbox.broker.queue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What of a {@link Chunk} goes into a checkpoint: its code and its marks as they are, and which slots to leave out. Who has or has
 * seen an entry does not outlive the process. Shares what it has with the chunk: it is written at once.
 *
 * @param from slots before it are left out
 * @param to slots from there on are left out
 * @param living how many are not left out
 * @param bodyBytes of their bodies, an estimate
 * @param ended slots between that are in the code and are left out
 */
record ChunkImage(
        long number,
        int from,
        int to,
        int living,
        long bodyBytes,
        SlotLsns lsns,
        @Nullable SlotSet ended,
        SlotMarks marks) {

    private static final long MOST_NUMBER = 1L << 40;

    void write(DataOutputStream out) throws IOException {
        out.writeLong(number);
        out.writeShort(from);
        out.writeShort(to);
        out.writeShort(living);
        out.writeLong(bodyBytes);
        lsns.write(out);
        SlotSet.write(out, ended);
        marks.write(out);
    }

    /**
     * Reads what was written.
     *
     * @param slots of a chunk
     * @param version of the format
     * @throws IOException if it does not fit together
     */
    static ChunkImage read(DataInputStream in, int slots, int version) throws IOException {
        ChunkImage image = new ChunkImage(
                in.readLong(),
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                version == 1 ? 0 : in.readLong(),
                SlotLsns.read(in, slots),
                SlotSet.read(in, slots),
                SlotMarks.read(in, slots, version));
        if (image.number < 0 || image.number > MOST_NUMBER) throw new IOException("no chunk is number " + image.number);
        if (image.from >= image.to || image.to > slots) throw new IOException("no chunk has slots to " + image.to);
        if (!image.lsns.reachesFrom(image.from, image.to)) throw new IOException("a code does not fit its slots");
        if (image.bodyBytes < 0) throw new IOException("bodies have " + image.bodyBytes + " bytes");
        int found = image.count();
        if (found != image.living || found == 0) {
            throw new IOException("a chunk has " + found + " entries, not " + image.living);
        }
        return image;
    }

    private int count() {
        int[] found = {0};
        lsns.forEach(to, (slot, lsn) -> {
            if (slot >= from && (ended == null || !ended.has(slot)) && lsn > 0) found[0]++;
        });
        return found[0];
    }
}
