package io.signalbox.testkit;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.Transaction;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.LogThreads;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.persistence.Surroundings;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.FileLogStore;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.StoreId;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** One life of a store on a simulated disk, without threads, and what it found when it began. Not thread-safe. */
public final class SimulatedStore {

    /** Nothing has to stay free: a simulated disk is full when it has as much as it takes. */
    static final DiskLimits TO_THE_END = new DiskLimits(OptionalLong.of(0), OptionalLong.empty());

    /** Small enough that a history of a few hundred batches rolls and recycles segments. */
    public static final StoreSettings SMALL =
            new StoreSettings(40 * 1024, 4096, 16 * 1024, 50_000_000, 10_000_000, TO_THE_END, 4 << 20);

    private static final StoreId ID = new StoreId(0x5167, 0x0b0c);

    private final SimulatedDisk disk;
    private final LogEngine engine;
    private final StoreContents recovered = new StoreContents();

    /** Puts something between the engine and its disk: a store with a known bug, to see that the tests find it. */
    public interface Variation {
        /** The store as it is. */
        Variation NONE = new Variation() {};

        default LogStore wrap(LogStore store) {
            return store;
        }

        default Disk wrap(Disk disk) {
            return disk;
        }

        default CheckpointSource wrap(CheckpointSource core) {
            return core;
        }

        default Checksum checksum() {
            return Checksum.CRC32C;
        }

        /** All pieces of a large message are in the log; the answer is what its enqueue record names. */
        default Pieces uploaded(Pieces pieces, Supplier<LargeUpload> uploads) {
            return pieces;
        }

        /** Begins a transaction. */
        default Transaction begin(MessageStore store) {
            return store.begin();
        }

        /**
         * A transaction was committed; what says that it is durable.
         *
         * @param lastPartLsn of its last message, 0 if it has none
         */
        default long awaited(long commitLsn, long lastPartLsn) {
            return commitLsn;
        }

        /** A message lies ahead of its commit, in the record at this LSN. */
        default void ahead(long lsn) {}

        /**
         * A message was moved.
         *
         * @param holderLsn the record that holds its body
         */
        default void moved(MessageStore store, long holderLsn) {}

        /** Told each LSN that was given out. */
        default void appended(long lsn) {}
    }

    public SimulatedStore(SimulatedDisk disk, Variation variation, LongSupplier nanoTime) {
        this(disk, variation, nanoTime, SMALL);
    }

    /** With sizes other than {@link #SMALL}. */
    SimulatedStore(SimulatedDisk disk, Variation variation, LongSupplier nanoTime, StoreSettings settings) {
        this.disk = disk;
        Disk wrapped = variation.wrap(disk);
        LogStore store = variation.wrap(new FileLogStore(wrapped, variation.checksum()));
        Surroundings surroundings = new Surroundings(nanoTime, () -> ID, variation.checksum(), wrapped);
        engine = new LogEngine(store, settings, SimulatedFormat.ONLY, surroundings, LogThreads.NONE);
    }

    public SimulatedDisk disk() {
        return disk;
    }

    public LogEngine engine() {
        return engine;
    }

    /** Recovers without a core, reads every body, and notes all of it in {@link #recovered}. */
    public StoreContents recover() throws StoreException {
        return recover(SimulatedCore.SILENT);
    }

    /** Recovers, reads every body, and notes all of it in {@link #recovered}. */
    public StoreContents recover(CheckpointSource source) throws StoreException {
        readBodies(recoverFlags(source));
        for (String table : StoreHistory.TABLES) {
            engine.table(table)
                    .forEach((key, value) -> recovered.put(table, StoreContents.text(key), StoreContents.text(value)));
        }
        return recovered;
    }

    /** Recovers and reads nothing; the answer is the flags of the entries. */
    Map<StoreContents.EntryName, Integer> recoverFlags(CheckpointSource source) throws StoreException {
        Map<StoreContents.EntryName, Integer> flags = new HashMap<>();
        RecoverySink sink = new RecoverySink() {
            private long previousLsn;

            @Override
            public void image(long queueId, byte[] image, LongConsumer living) {
                if (previousLsn != 0) throw new AssertionError("an image comes after entry " + previousLsn);
                SimulatedCore.read(queueId, image).forEach((name, flag) -> {
                    if (flags.put(name, flag) != null) throw new AssertionError(name + " is in two images");
                    living.accept(name.lsn());
                });
            }

            @Override
            public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
                if (lsn < previousLsn) throw new AssertionError("entry " + lsn + " comes after " + previousLsn);
                previousLsn = lsn;
                Integer twin = flags.put(new StoreContents.EntryName(queueId, lsn), targetFlags);
                if (twin != null) throw new AssertionError("entry " + queueId + ", " + lsn + " comes twice");
                return true;
            }

            @Override
            public boolean settled(long queueId, long lsn) {
                return flags.remove(new StoreContents.EntryName(queueId, lsn)) != null;
            }

            @Override
            public void progress(long bytesDone, long bytesTotal) {
                if (bytesDone > bytesTotal) throw new AssertionError(bytesDone + " of " + bytesTotal);
            }
        };
        engine.recover(sink, source);
        return flags;
    }

    private void readBodies(Map<StoreContents.EntryName, Integer> flags) throws StoreException {
        Map<Long, Message> messages = readAll(flags.keySet().stream()
                .mapToLong(StoreContents.EntryName::lsn)
                .distinct()
                .sorted()
                .toArray());
        for (Map.Entry<StoreContents.EntryName, Integer> entry : flags.entrySet()) {
            Message message = messages.get(entry.getKey().lsn());
            if (message == null) throw new AssertionError("no body for " + entry.getKey());
            byte[] body = wholeBody(message);
            recovered.entries().put(entry.getKey(), StoreContents.Entry.of(entry.getValue(), message, body));
        }
    }

    /** All of a body that an entry keeps. */
    byte[] wholeBody(Message message) throws StoreException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(message.head().compact().bytes());
        if (message.large().isEmpty()) return body.toByteArray();
        Pieces pieces = message.large().orElseThrow().pieces();
        StoreException[] failed = {null};
        for (int i = 0; i < pieces.count(); i++) {
            engine.readPiece(pieces.lsn(i), body::writeBytes, failure -> failed[0] = failure);
            engine.readStep();
        }
        if (failed[0] != null) throw failed[0];
        return body.toByteArray();
    }

    /** Reads messages back, at once. */
    Map<Long, Message> readAll(long... lsns) throws StoreException {
        Map<Long, Message> messages = new HashMap<>();
        StoreException[] failed = {null};
        engine.read(lsns, messages::put, failure -> failed[0] = failure);
        long rest = 0;
        while (rest == 0) rest = engine.readStep();
        if (failed[0] != null) throw failed[0];
        return messages;
    }

    StoreContents recovered() {
        return recovered;
    }
}
