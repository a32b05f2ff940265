package io.signalbox.persistence.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file of the real file system, through a {@link FileChannel}. Thread-safe as its channel is. */
final class NioFile implements DiskFile {

    /** A heap buffer is copied by the JDK into a buffer outside the heap of the same size: so no write is larger. */
    private static final int CHUNK_BYTES = 1 << 20;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10).asReadOnlyBuffer();

    private final FileChannel channel;

    NioFile(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void preallocate(long bytes) throws IOException {
        for (long at = channel.size(); at < bytes; ) {
            ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), bytes - at));
            write(at, zeros);
            at += zeros.limit();
        }
        force();
    }

    @Override
    public void truncate(long bytes) throws IOException {
        channel.truncate(bytes);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
        try {
            int limit = source.limit();
            for (long at = position; source.position() < limit; ) {
                if (!source.isDirect()) source.limit(Math.min(limit, source.position() + CHUNK_BYTES));
                at += channel.write(source, at);
                source.limit(limit);
            }
        } catch (IOException e) {
            throw DiskFullException.orSame(e);
        }
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        int limit = target.limit();
        int start = target.position();
        while (target.position() < limit) {
            if (!target.isDirect()) target.limit(Math.min(limit, target.position() + CHUNK_BYTES));
            int count = channel.read(target, position + target.position() - start);
            target.limit(limit);
            if (count < 0) break;
        }
        return target.position() - start;
    }

    @Override
    public void force() throws IOException {
        try {
            // fdatasync: also brings the length down when it changed, but not the time of modification.
            channel.force(false);
        } catch (IOException e) {
            throw DiskFullException.orSame(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
