package io.signalbox.persistence;

import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/** Writes a large body into the log, a record a piece. Confined to its publisher's loop. */
final class PieceUpload implements LargeUpload {

    private final ToLongFunction<NewRecord> log;
    private final LargeBody body;
    private final int mostBytes;
    private int[] bytes = new int[4];
    private int count;

    /** @param log takes a record, and answers as {@link io.signalbox.broker.store.MessageStore#append} does */
    PieceUpload(ToLongFunction<NewRecord> log, LargeBody body, int mostBytes) {
        this.log = log;
        this.body = body;
        this.mostBytes = mostBytes;
    }

    @Override
    public long append(byte[] source, int from, int length) {
        if (length < 1 || length > mostBytes) {
            throw new IllegalArgumentException("a piece of " + length + " bytes, the limit is " + mostBytes);
        }
        long lsn = log.applyAsLong(new Piece(source, from, length));
        if (lsn < 0) return lsn;
        if (count == bytes.length) bytes = Arrays.copyOf(bytes, count * 2);
        bytes[count++] = length;
        body.add(lsn);
        return lsn;
    }

    @Override
    public Pieces complete() {
        return new Pieces(body.lsns(), Arrays.copyOf(bytes, count), body);
    }

    @Override
    public void abandon() {
        body.release();
    }

    private record Piece(byte[] source, int from, int length) implements NewRecord {
        @Override
        public long alignedBytes() {
            return LogRecord.aligned(LogRecord.FIXED_BYTES + (long) length);
        }

        @Override
        public void encode(ByteBuffer target, int at, StoreId store, long epoch, long lsn, Checksum checksum) {
            LogRecord.writePiece(target, at, source, from, length);
            LogRecord.seal(target, at, store, epoch, lsn, checksum);
        }

        @Override
        public void placed(long lsn) {
            // Nobody finds it before a message names it.
        }
    }
}
