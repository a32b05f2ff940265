package io.signalbox.testkit;

import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.disk.DiskSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that forgets like a real one. After {@link #crash} every sector of 512 bytes that was not forced is
 * there, lost, torn or in an older version, each on its own; names are as they were at the last force of the directory, with
 * any of the changes since. Forces can be held, made to fail, and the disk can be full. Thread-safe, so real threads may use
 * it too; a held force holds nobody else up.
 */
public final class SimulatedDisk implements Disk {

    private final Map<String, SimulatedContent> names = new TreeMap<>();
    private final Map<String, SimulatedContent> forcedNames = new TreeMap<>();
    private final List<NameChange> unforcedChanges = new ArrayList<>();
    private final HeldForces heldForces = new HeldForces();
    private Observer observer = operation -> {};
    private Faults faults = Faults.NONE;
    private long capacityBytes = Long.MAX_VALUE;
    private long forcesUntilFailure = Long.MAX_VALUE;
    private Random failureRandom = new Random(0);
    private boolean locked;

    /** A name that came ({@code from} is null), went ({@code to} is null) or changed. */
    private record NameChange(
            @Nullable String from, @Nullable String to, SimulatedContent content) {
        void applyTo(Map<String, SimulatedContent> target) {
            if (from != null) target.remove(from, content);
            if (to != null) target.put(to, content);
        }
    }

    /** Makes operations fail. */
    public interface Faults {
        /** The faults of a disk that has none. */
        Faults NONE = operation -> {};

        /**
         * Throws what an operation is to fail with, before it has any effect; a failed force may lose any part of what it was to force.
         *
         * @param operation create, grow, write, truncate, force, rename or delete and the name of the file, or force directory
         */
        void meet(String operation) throws IOException;
    }

    /** From now on {@code newFaults} decide which operations fail, and with what. */
    public synchronized void failBy(Faults newFaults) {
        faults = newFaults;
    }

    private synchronized Faults faults() {
        return faults;
    }

    /** Sees each operation twice, before and after its effect: the points at which a crash makes a difference. */
    public interface Observer {
        void at(String operation);
    }

    /** From now on each changing operation is shown to {@code newObserver}, on the thread that does it. */
    public synchronized void observe(Observer newObserver) {
        observer = newObserver;
    }

    private synchronized Observer observer() {
        return observer;
    }

    /** The disk as a machine finds it that lost power now. This one goes on as if nothing had happened. */
    public synchronized SimulatedDisk crash(Random random) {
        SimulatedDisk after = new SimulatedDisk();
        after.capacityBytes = capacityBytes;
        Map<String, SimulatedContent> left = new TreeMap<>(forcedNames);
        int keepChanges = random.nextInt(4);
        for (NameChange change : unforcedChanges) {
            boolean kept = keepChanges == 0 || (keepChanges > 1 && random.nextBoolean());
            if (kept) change.applyTo(left);
        }
        Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
        left.forEach((name, content) -> {
            SimulatedContent copy = content.afterCrash(random, loss);
            copy.name(name);
            after.names.put(name, copy);
            after.forcedNames.put(name, copy);
        });
        return after;
    }

    /**
     * The disk as the next process finds it when this one is killed: all that was written is seen, but what was not forced
     * can still be lost. This one goes on as if nothing had happened.
     */
    public synchronized SimulatedDisk kill() {
        SimulatedDisk after = new SimulatedDisk();
        after.capacityBytes = capacityBytes;
        Map<SimulatedContent, SimulatedContent> copies = new HashMap<>();
        names.forEach((name, content) -> after.names.put(name, copyOf(content, copies)));
        forcedNames.forEach((name, content) -> after.forcedNames.put(name, copyOf(content, copies)));
        for (NameChange change : unforcedChanges) {
            after.unforcedChanges.add(new NameChange(change.from, change.to, copyOf(change.content, copies)));
        }
        return after;
    }

    private static SimulatedContent copyOf(SimulatedContent content, Map<SimulatedContent, SimulatedContent> copies) {
        return copies.computeIfAbsent(content, SimulatedContent::copy);
    }

    /** How much of what was not forced a crash takes. */
    enum Loss {
        NOTHING,
        EVERYTHING,
        ANY_SECTOR
    }

    /** From now on files may not hold more than this together. */
    public synchronized void limitTo(long bytes) {
        capacityBytes = bytes;
    }

    /**
     * Makes one force fail, after {@code goodForces} that succeed. As on a real system, any part of what it was to force
     * may be gone although a later force succeeds.
     */
    public synchronized void failForceAfter(long goodForces, Random random) {
        forcesUntilFailure = goodForces;
        failureRandom = random;
    }

    /** Every force that begins from now on takes until {@link #releaseForces}. */
    public void holdForces() {
        heldForces.hold();
    }

    public void releaseForces() {
        heldForces.release();
    }

    /** Bytes of all files. */
    public synchronized long occupiedBytes() {
        long sum = 0;
        for (SimulatedContent content : names.values()) sum += content.size();
        return sum;
    }

    /** Inverts one bit of a file, on the medium itself. */
    public synchronized void flipBit(String name, long offset, int bit) {
        content(name).flipBit((int) offset, bit);
    }

    /** From now on the sector of a file that has this place cannot be read, until it is written. */
    public synchronized void breakSector(String name, long offset) {
        content(name).breakSectorAt((int) offset);
    }

    /** How long a file is; an error if there is none. */
    public synchronized long sizeOf(String name) {
        return content(name).size();
    }

    /** The byte of a file that a reader sees now. */
    public synchronized byte byteAt(String name, long offset) {
        return content(name).byteAt((int) offset);
    }

    private SimulatedContent content(String name) {
        SimulatedContent content = names.get(name);
        if (content == null) throw new IllegalArgumentException("no file " + name);
        return content;
    }

    @Override
    public String description() {
        return "the simulated disk";
    }

    @Override
    public synchronized void lock() throws StoreException {
        if (locked) throw new StoreException("Data directory " + description() + " is in use.");
        locked = true;
    }

    @Override
    public synchronized DiskSpace space() {
        if (capacityBytes == Long.MAX_VALUE) return DiskSpace.UNBOUNDED;
        return new DiskSpace(capacityBytes, Math.max(0, capacityBytes - occupiedBytes()));
    }

    @Override
    public synchronized List<String> list() {
        return new ArrayList<>(names.keySet());
    }

    @Override
    public DiskFile create(String name) throws IOException {
        observer().at("create " + name);
        faults().meet("create " + name);
        SimulatedContent content = new SimulatedContent();
        synchronized (this) {
            if (names.containsKey(name)) throw new IOException("file exists: " + name);
            change(new NameChange(null, name, content));
        }
        observer().at("created " + name);
        return new OpenFile(content);
    }

    private void change(NameChange change) {
        change.applyTo(names);
        if (change.to != null) change.content.name(change.to);
        unforcedChanges.add(change);
    }

    @Override
    public synchronized DiskFile open(String name) throws IOException {
        SimulatedContent content = names.get(name);
        if (content == null) throw new IOException("no such file: " + name);
        return new OpenFile(content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        observer().at("rename " + from);
        faults().meet("rename " + from);
        synchronized (this) {
            SimulatedContent content = names.get(from);
            if (content == null || names.containsKey(to)) throw new IOException("cannot rename " + from + " to " + to);
            change(new NameChange(from, to, content));
        }
        observer().at("renamed " + to);
    }

    @Override
    public void delete(String name) throws IOException {
        observer().at("delete " + name);
        faults().meet("delete " + name);
        synchronized (this) {
            SimulatedContent content = names.get(name);
            if (content != null) change(new NameChange(name, null, content));
        }
        observer().at("deleted " + name);
    }

    @Override
    public void forceDirectory() throws IOException {
        observer().at("force directory");
        faults().meet("force directory");
        synchronized (this) {
            failIfDue();
            forcedNames.clear();
            forcedNames.putAll(names);
            unforcedChanges.clear();
        }
        observer().at("forced directory");
    }

    private void failIfDue() throws IOException {
        if (forcesUntilFailure-- == 0) throw new IOException("input/output error (simulated)");
    }

    @Override
    public synchronized void close() {
        locked = false;
    }

    private final class OpenFile implements DiskFile {
        private final SimulatedContent content;

        OpenFile(SimulatedContent content) {
            this.content = content;
        }

        @Override
        public long size() {
            synchronized (SimulatedDisk.this) {
                return content.size();
            }
        }

        @Override
        public void preallocate(long bytes) throws IOException {
            int count = (int) (bytes - size());
            if (count > 0) write(size(), ByteBuffer.allocate(count));
            force();
        }

        @Override
        public void truncate(long bytes) throws IOException {
            observer().at("truncate " + content.name());
            faults().meet("truncate " + content.name());
            synchronized (SimulatedDisk.this) {
                content.truncate((int) bytes);
            }
            observer().at("truncated " + content.name());
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            observer().at("write " + content.name());
            boolean grows = position + source.remaining() > size();
            faults().meet((grows ? "grow " : "write ") + content.name());
            synchronized (SimulatedDisk.this) {
                long growth = Math.max(0, position + source.remaining() - content.size());
                if (growth > 0 && occupiedBytes() + growth > capacityBytes) {
                    throw new DiskFullException("No space left on device (simulated)");
                }
                content.write((int) position, source);
            }
            observer().at("written " + content.name());
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            synchronized (SimulatedDisk.this) {
                return content.read((int) position, target);
            }
        }

        @Override
        public void force() throws IOException {
            observer().at("force " + content.name());
            heldForces.pass();
            synchronized (SimulatedDisk.this) {
                try {
                    faults.meet("force " + content.name());
                    failIfDue();
                } catch (IOException e) {
                    content.failForce(failureRandom);
                    throw e;
                }
                content.force();
            }
            observer().at("forced " + content.name());
        }

        @Override
        public void close() {}
    }
}
