package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.PendingCheckpoint;
import io.signalbox.persistence.log.StoreId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * A stream of bytes as chunks of bounded size, each {payload length, CRC, whether more follow, 0} and payload, sealed
 * with its place. Owned by the housekeeper.
 */
final class ChunkedOutput extends OutputStream {
    static final int CHUNK_BYTES = 1 << 16;
    static final int HEAD_BYTES = 16;
    static final int MORE = 1;
    static final int LAST = 2;
    static final int SEALED_FROM = 8;

    private final PendingCheckpoint target;
    private final StoreId store;
    private final long seed;
    private final Checksum checksum;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private long position;

    /**
     * @param position where in the file the first chunk lies
     * @param seed names the file in the checksums
     */
    ChunkedOutput(PendingCheckpoint target, long position, StoreId store, long seed, Checksum checksum) {
        this.target = target;
        this.position = position;
        this.store = store;
        this.seed = seed;
        this.checksum = checksum;
        chunk.position(HEAD_BYTES);
    }

    /** Where the next chunk will lie. */
    long position() {
        return position;
    }

    @Override
    public void write(int value) throws IOException {
        if (!chunk.hasRemaining()) writeChunk(MORE);
        chunk.put((byte) value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (!chunk.hasRemaining()) writeChunk(MORE);
            int count = Math.min(chunk.remaining(), length - done);
            chunk.put(source, offset + done, count);
            done += count;
        }
    }

    private void writeChunk(int kind) throws IOException {
        int length = chunk.position() - HEAD_BYTES;
        chunk.flip();
        chunk.putInt(0, length);
        chunk.putInt(8, kind);
        chunk.putInt(12, 0);
        chunk.putInt(4, checksum.of(store, seed, position, chunk.slice(SEALED_FROM, chunk.limit() - SEALED_FROM)));
        position += chunk.limit();
        target.append(chunk);
        chunk.clear().position(HEAD_BYTES);
    }

    /** Writes the last chunk: without it a reader takes the file for cut off. */
    @Override
    public void close() throws IOException {
        writeChunk(LAST);
    }
}
