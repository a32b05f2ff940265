package io.signalbox.testkit;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskSpace;
import java.io.IOException;
import java.util.List;

/** A disk that does what another does; a test overrides what it wants wrong. */
class ForwardingDisk implements Disk {
    private final Disk disk;

    ForwardingDisk(Disk disk) {
        this.disk = disk;
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
        return disk.create(name);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return disk.open(name);
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
    public void forceDirectory() throws IOException {
        disk.forceDirectory();
    }

    @Override
    public void close() {
        disk.close();
    }
}
