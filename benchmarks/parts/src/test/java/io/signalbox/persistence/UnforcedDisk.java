package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskSpace;
import io.signalbox.persistence.disk.NioDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A directory whose files are written and never forced: what is left is what the log itself costs. Thread-safe. */
final class UnforcedDisk implements Disk {

    private final Disk disk;

    UnforcedDisk(Path directory) {
        this.disk = new NioDisk(directory);
    }

    @Override
    public String description() {
        return disk.description();
    }

    @Override
    public void lock() throws StoreException {
        disk.lock();
    }

    @Override
    public DiskSpace space() {
        return disk.space();
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new UnforcedFile(disk.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new UnforcedFile(disk.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void forceDirectory() {}

    @Override
    public void close() {
        disk.close();
    }

    private record UnforcedFile(DiskFile file) implements DiskFile {

        @Override
        public long size() throws IOException {
            return file.size();
        }

        /** Only lengthens it: zeros for the next segment would be written beside what is measured. */
        @Override
        public void preallocate(long bytes) throws IOException {
            if (size() < bytes) write(bytes - 1, ByteBuffer.allocate(1));
        }

        @Override
        public void truncate(long bytes) throws IOException {
            file.truncate(bytes);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            file.write(position, source);
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public void force() {}

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
