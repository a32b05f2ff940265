package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;

/** Reads what {@link CheckpointWriter} wrote, and believes nothing that is not whole. Confined to the recovering thread. */
final class CheckpointReader {
    private final StoredCheckpoint source;
    private final Checksum checksum;

    /** Of what a start reads. */
    private long end;

    /**
     * What a checkpoint says of itself.
     *
     * @param replayLsn the log has to be read from there on
     * @param highestLsn no later change shows in it; all below was durable when it was published
     */
    record Summary(StoreId store, long epoch, long replayLsn, long highestLsn) {}

    /** Receives what there is of the queues. */
    interface ImageVisitor {
        void image(long queueId, byte[] image);
    }

    /** Receives what came in of segments. */
    interface SegmentVisitor {
        void segment(long baseLsn, Segment.Totals totals);
    }

    /** Receives what enqueue records name of others. */
    interface NamedVisitor extends LargeBodies.Visitor<RuntimeException>, MovedBodies.Visitor<RuntimeException> {}

    /** Receives what there is, as it is read. */
    private interface Visitor extends ImageVisitor, SegmentVisitor, NamedVisitor {
        void table(String name);

        void pair(byte[] key, byte[] value, long lsn);
    }

    /** Wants nothing of it. */
    private static class Passing implements Visitor {
        @Override
        public void table(String name) {}

        @Override
        public void pair(byte[] key, byte[] value, long lsn) {}

        @Override
        public void segment(long baseLsn, Segment.Totals totals) {}

        @Override
        public void large(long lsn, long[] pieces) {}

        @Override
        public void moved(long lsn, long holderLsn) {}

        @Override
        public void image(long queueId, byte[] image) {}
    }

    /** The checkpoint is not whole; the message says where and how. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1;

        DamagedException(StoredCheckpoint source, long offset, IOException cause) {
            super(
                    "the checkpoint " + source.description() + " is damaged at offset " + offset + ": "
                            + cause.getMessage(),
                    cause);
        }
    }

    CheckpointReader(StoredCheckpoint source, Checksum checksum) {
        this.source = source;
        this.checksum = checksum;
    }

    /**
     * Reads all of it, and the tables into {@code tables}.
     *
     * @throws StoreException if it is of a newer format
     */
    Summary read(Tables tables) throws DamagedException, StoreException {
        return read(new Filling(tables));
    }

    /** Puts what comes into tables. */
    private static final class Filling extends Passing {
        private final Tables tables;
        private MemoryTable table = new MemoryTable("");

        Filling(Tables tables) {
            this.tables = tables;
        }

        @Override
        public void table(String name) {
            table = tables.table(name);
        }

        @Override
        public void pair(byte[] key, byte[] value, long lsn) {
            table.change(key, value, lsn);
        }
    }

    /**
     * Reads the tables alone, if they are whole in one of the two places where they are.
     *
     * @param tables has what could be read in any case
     * @return where the log is to be read from, for what has changed since; 0 if nowhere they are whole
     */
    long readTables(Tables tables) throws StoreException {
        try {
            ByteBuffer header = readHeader();
            readTables(CheckpointWriter.HEADER_BYTES, header.getLong(40), storeOf(header), tables);
            return header.getLong(40);
        } catch (IOException e) {
            return readAppendix(tables);
        }
    }

    private long readAppendix(Tables tables) throws StoreException {
        try {
            ByteBuffer footer = ByteBuffer.allocate(CheckpointWriter.HEADER_BYTES);
            source.read(Math.max(0, source.bytes() - CheckpointWriter.HEADER_BYTES), footer);
            footer.clear();
            if (!isSealed(footer, CheckpointWriter.APPENDIX_MAGIC)) return 0;
            if (footer.getInt(4) > CheckpointWriter.APPENDIX_VERSION) return 0;
            readTables(footer.getLong(48), footer.getLong(40), storeOf(footer), tables);
            return footer.getLong(40);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whether what follows the part that a start reads, and {@link #read} has read, is what was written. */
    boolean isAppendixWhole() throws StoreException {
        try {
            // A checkpoint of an earlier release has nothing there.
            return source.bytes() == end || readAppendix(new Tables()) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static StoreId storeOf(ByteBuffer header) {
        return new StoreId(header.getLong(16), header.getLong(24));
    }

    private void readTables(long position, long replayLsn, StoreId store, Tables tables) throws IOException {
        ChunkedInput chunks = new ChunkedInput(source, position, store, replayLsn, checksum);
        Visitor visitor = new Filling(tables);
        DataInputStream in = new DataInputStream(chunks);
        for (byte kind = in.readByte();
                kind == CheckpointWriter.TABLE || kind == CheckpointWriter.PAIR;
                kind = in.readByte()) {
            if (kind == CheckpointWriter.TABLE) visitor.table(in.readUTF());
            else readPair(in, visitor);
        }
    }

    private static void readPair(DataInputStream in, Visitor visitor) throws IOException {
        long lsn = in.readLong();
        byte[] key = readBytes(in);
        visitor.pair(key, readBytes(in), lsn);
    }

    /** Visits the segments and the large bodies, and then the images of the queues. */
    void forEachImage(SegmentVisitor segments, NamedVisitor bodies, ImageVisitor visitor)
            throws DamagedException, StoreException {
        read(new Passing() {
            @Override
            public void segment(long baseLsn, Segment.Totals totals) {
                segments.segment(baseLsn, totals);
            }

            @Override
            public void large(long lsn, long[] pieces) {
                bodies.large(lsn, pieces);
            }

            @Override
            public void moved(long lsn, long holderLsn) {
                bodies.moved(lsn, holderLsn);
            }

            @Override
            public void image(long queueId, byte[] image) {
                visitor.image(queueId, image);
            }
        });
    }

    /** Where its log begins, by the header alone. */
    long replayLsn() throws DamagedException, StoreException {
        try {
            return readHeader().getLong(40);
        } catch (IOException e) {
            throw new DamagedException(source, 0, e);
        }
    }

    private ByteBuffer readHeader() throws IOException, StoreException {
        ByteBuffer header = ByteBuffer.allocate(CheckpointWriter.HEADER_BYTES);
        source.read(0, header);
        header.clear();
        checkHeader(header);
        return header;
    }

    private Summary read(Visitor visitor) throws DamagedException, StoreException {
        ChunkedInput chunks = null;
        try {
            ByteBuffer header = readHeader();
            StoreId store = storeOf(header);
            long replayLsn = header.getLong(40);
            chunks = new ChunkedInput(source, CheckpointWriter.HEADER_BYTES, store, replayLsn, checksum);
            long highest = readAll(new DataInputStream(chunks), visitor);
            end = chunks.end();
            return new Summary(store, header.getLong(32), replayLsn, highest);
        } catch (IOException e) {
            throw new DamagedException(source, chunks == null ? 0 : chunks.position(), e);
        }
    }

    private void checkHeader(ByteBuffer header) throws IOException, StoreException {
        if (!isSealed(header, CheckpointWriter.MAGIC)) throw new IOException("its header is unreadable");
        if (header.getInt(4) > CheckpointWriter.FORMAT_VERSION) {
            throw new StoreException("The checkpoint " + source.description()
                    + " was written by a newer Signalbox (format " + header.getInt(4) + ", this one reads up to "
                    + CheckpointWriter.FORMAT_VERSION + "); start that version instead.");
        }
    }

    private boolean isSealed(ByteBuffer header, int magic) {
        int crc = header.getInt(CheckpointWriter.CRC_AT);
        header.putInt(CheckpointWriter.CRC_AT, 0);
        return header.getInt(0) == magic && checksum.of(CheckpointWriter.NO_STORE, 0, 0, header.duplicate()) == crc;
    }

    private static long readAll(DataInputStream in, Visitor visitor) throws IOException {
        while (true) {
            byte kind = in.readByte();
            switch (kind) {
                case CheckpointWriter.TABLE -> visitor.table(in.readUTF());
                case CheckpointWriter.PAIR -> readPair(in, visitor);
                case CheckpointWriter.SEGMENT ->
                    visitor.segment(in.readLong(), new Segment.Totals(in.readLong(), in.readLong()));
                case CheckpointWriter.LARGE -> {
                    long lsn = in.readLong();
                    visitor.large(lsn, readLongs(in));
                }
                case CheckpointWriter.MOVED -> visitor.moved(in.readLong(), in.readLong());
                case CheckpointWriter.IMAGE -> {
                    long queueId = in.readLong();
                    visitor.image(queueId, readBytes(in));
                }
                case CheckpointWriter.END -> {
                    return in.readLong();
                }
                default -> throw new IOException("it holds an unknown entry " + kind);
            }
        }
    }

    private static long[] readLongs(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > Integer.MAX_VALUE / Long.BYTES) throw new IOException("a count is not one");
        LongStream.Builder longs = LongStream.builder();
        for (int i = 0; i < count; i++) longs.add(in.readLong());
        return longs.build().toArray();
    }

    /** Grows with what is there, so a wrong length costs no memory. */
    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) throw new IOException("a length is negative");
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) throw new IOException("it ends too early");
        return bytes;
    }
}
