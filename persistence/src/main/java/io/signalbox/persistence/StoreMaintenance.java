package io.signalbox.persistence;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.disk.NioDisk;
import io.signalbox.persistence.log.FileLogStore;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Work on a store that no broker has open: the life of a store without a broker, on the calling thread. A crash in it is one like
 * any other.
 */
public final class StoreMaintenance {
    private static final String ASIDE_SUFFIX = ".damaged";

    private final Disk disk;
    private final StoreSettings settings;
    private final MessageFormats formats;
    private final Surroundings surroundings;
    private final LongConsumer rest;

    /**
     * Over any disk.
     *
     * @param rest lets so many nanoseconds of the surroundings' clock go by, or fewer
     */
    public StoreMaintenance(
            Disk disk, StoreSettings settings, MessageFormats formats, Surroundings surroundings, LongConsumer rest) {
        this.disk = disk;
        this.settings = settings;
        this.formats = formats;
        this.surroundings = surroundings;
        this.rest = rest;
    }

    /**
     * Over a directory.
     *
     * @throws StoreException if there is none
     */
    public static StoreMaintenance of(Path directory, StoreSettings settings, MessageFormats formats)
            throws StoreException {
        if (!Files.isDirectory(directory)) {
            throw new StoreException("There is no data directory " + directory + "; name another with --data.");
        }
        NioDisk disk = new NioDisk(directory);
        return new StoreMaintenance(disk, settings, formats, Surroundings.real(disk), LockSupport::parkNanos);
    }

    /**
     * Makes a store that does not start for damage one that does: from what the log has, and the newest checkpoint that is whole, if
     * there is one. A segment whose header is damaged gets a new one, if a batch of it is whole. Damaged checkpoints, and files of the log
     * that cannot be told to be such, are renamed.
     *
     * @param core made for the store, takes the entries and tells them for checkpoints
     * @param wanted is told what comes of it before anything is changed, and says whether to go on
     * @throws StoreException if a broker has the directory, nothing is damaged, or it was not wanted
     */
    public <C extends RecoverySink & CheckpointSource> void rebuild(
            Function<MessageStore, C> core, Predicate<Rebuilt> wanted) throws StoreException {
        Rebuild.Strays strays = new Rebuild.Strays();
        LostHeader lost = new LostHeader(disk, surroundings.checksum());
        FileLogStore store = new FileLogStore(disk, surroundings.checksum(), (name, others, why) -> {
            Optional<SegmentHeader> header = lost.of(name, others);
            (header.isPresent() ? strays.withoutHeader() : strays.passedOver()).add(name);
            return header;
        });
        LogEngine engine = new LogEngine(store, settings, formats, surroundings, LogThreads.NONE);
        C made = core.apply(engine);
        List<StoredCheckpoint> damaged = engine.rebuild(made, made, strays, wanted);
        closing(engine, () -> {
            store.writeHeaders();
            work(engine, () -> engine.log().keptReplayLsn() > 0);
            for (StoredCheckpoint checkpoint : damaged) checkpoint.setAside();
            for (String name : strays.passedOver()) disk.rename(name, name + ASIDE_SUFFIX);
            disk.forceDirectory();
        });
    }

    /**
     * Copies what lives out of all files that become smaller by it, and gives back what waits to be used again.
     *
     * @param core as for {@link #rebuild}
     * @param progress told how many bytes were copied, of how many there are at most to be copied
     * @throws StoreException if a broker has the directory, it does not start, or there is no room for a copy; what was done stays
     */
    public <C extends RecoverySink & CheckpointSource> Compacted compact(
            Function<MessageStore, C> core, StoreInspection.Progress progress) throws StoreException {
        long before = occupiedBytes();
        FileLogStore store = new FileLogStore(disk, surroundings.checksum());
        LogEngine engine = new LogEngine(store, settings, formats, surroundings, LogThreads.NONE);
        C made = core.apply(engine);
        engine.recover(made, made, Cleaning.OFFLINE);
        long[] after = new long[2];
        closing(engine, () -> {
            long living = engine.log().segments().livingBytes();
            work(engine, () -> {
                progress.progress(Math.min(living, engine.cleaner().copiedBytes()), living);
                return isCompact(engine);
            });
            after[0] = store.room().occupiedBytes() - giveUpSpares();
            after[1] = engine.log().segments().livingBytes();
        });
        return new Compacted(before, after[0], after[1]);
    }

    private static boolean isCompact(LogEngine engine) {
        LogState log = engine.log();
        boolean isCheckpointed = log.keptReplayLsn() == log.durableLsn();
        return isCheckpointed && !log.isSegmentFree() && engine.cleaner().isThrough();
    }

    /** The store is not going to use them any more; how many bytes they had. */
    private long giveUpSpares() throws IOException {
        long bytes = 0;
        for (String name : disk.list()) {
            if (!FileLogStore.isSpare(name)) continue;
            try (DiskFile file = disk.open(name)) {
                bytes += file.size();
            }
            disk.delete(name);
        }
        disk.forceDirectory();
        return bytes;
    }

    private long occupiedBytes() throws StoreException {
        try (FileLogStore store = new FileLogStore(disk, surroundings.checksum())) {
            store.open();
            return store.room().occupiedBytes();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static StoreException unusable(IOException e) {
        return new StoreException("The data directory cannot be written (" + e.getMessage() + ").", e);
    }

    private interface Task {
        void run() throws StoreException, IOException;
    }

    private static void closing(LogEngine engine, Task task) throws StoreException {
        try {
            task.run();
        } catch (IOException e) {
            throw unusable(e);
        } finally {
            engine.close();
        }
    }

    private void work(LogEngine engine, BooleanSupplier done) throws StoreException {
        while (!done.getAsBoolean()) {
            long idle = Math.min(engine.logStep(), engine.housekeepingStep());
            if (engine.failure().isPresent()) return; // the closing tells
            if (engine.log().isDiskFull() || engine.cleaner().isWithoutRoom()) {
                throw new StoreException(
                        "There is no room on the disk for what has to be written; free some, then try again.");
            }
            if (idle > 0) rest.accept(idle);
        }
    }
}
