package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads what {@link ChunkedOutput} wrote, and fails on the first byte that is not so. Owned by the recovering thread. */
final class ChunkedInput extends InputStream {

    private final StoredCheckpoint source;
    private final StoreId store;
    private final long seed;
    private final Checksum checksum;
    private final ByteBuffer chunk = ByteBuffer.allocate(ChunkedOutput.CHUNK_BYTES);
    private long position;
    private boolean last;

    ChunkedInput(StoredCheckpoint source, long position, StoreId store, long seed, Checksum checksum) {
        this.source = source;
        this.position = position;
        this.store = store;
        this.seed = seed;
        this.checksum = checksum;
        chunk.limit(0);
    }

    /** Where the chunk that is read now begins. */
    long position() {
        return position;
    }

    /** Where what was read ends; known when all of it was. */
    long end() {
        return position + chunk.limit();
    }

    @Override
    public int read() throws IOException {
        while (!chunk.hasRemaining()) {
            if (last) return -1;
            readChunk();
        }
        return chunk.get() & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        while (!chunk.hasRemaining()) {
            if (last) return -1;
            readChunk();
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(target, offset, count);
        return count;
    }

    private void readChunk() throws IOException {
        position += chunk.limit();
        chunk.clear();
        int count = source.read(position, chunk);
        if (count < ChunkedOutput.HEAD_BYTES) throw new IOException("it ends too early");
        int length = chunk.getInt(0);
        if (length < 0 || length > count - ChunkedOutput.HEAD_BYTES) throw new IOException("a chunk has no end");
        int sealedBytes = length + ChunkedOutput.HEAD_BYTES - ChunkedOutput.SEALED_FROM;
        int crc = checksum.of(store, seed, position, chunk.slice(ChunkedOutput.SEALED_FROM, sealedBytes));
        if (crc != chunk.getInt(4)) throw new IOException("a checksum does not match");
        last = chunk.getInt(8) == ChunkedOutput.LAST;
        chunk.limit(ChunkedOutput.HEAD_BYTES + length).position(ChunkedOutput.HEAD_BYTES);
    }
}
