package io.signalbox.testkit;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A history of a store made from a seed: publishes to several queues, settlements, table changes, dropped queues, restarts,
 * also while a force runs. Around every operation of the disk the power may go: then a copy of the disk, as a crash leaves
 * it, is recovered and must hold what was promised, and so must a copy of that copy whose recovery crashed as well. Runs on
 * one thread, and the same seed always runs the same way.
 */
public final class StoreHistory {
    static final List<String> TABLES = List.of("catalogue", "sessions");
    private static final int MOST_UNSETTLED = 60;

    private final Random random;
    private final Variation variation;
    private final StoreModel model = new StoreModel();
    private final List<EntryName> unsettled = new ArrayList<>();
    private final SimulatedCore core;
    private final GeneratedBatches batches;
    private long nanos = 1;
    private SimulatedStore store;
    private final LargeHistory large;
    private final TransactionHistory transactions;
    private final MoveHistory moves;
    private boolean running;
    private boolean quiet;
    private final PowerCuts cuts;
    private long cutBytes;
    private final DiskEvents events = new DiskEvents();
    private long spaceWaiters;
    private long forceWaiters;

    /** @param probeShare which part of the crash points is looked at, 0..1 */
    public StoreHistory(long seed, double probeShare, Variation variation) {
        random = new Random(seed);
        core = new SimulatedCore(random);
        this.variation = variation;
        cuts = new PowerCuts(random, probeShare, new PowerCuts.Start() {
            @Override
            public void begin(SimulatedDisk image) throws StoreException {
                new SimulatedStore(image, variation, () -> nanos).recover();
            }

            @Override
            public void check(SimulatedDisk image) throws StoreException {
                lookAt(image);
            }
        });
        batches = new GeneratedBatches(random);
        large = new LargeHistory(random, variation);
        moves = new MoveHistory(random, variation);
        transactions = new TransactionHistory(this, random, variation);
        store = newLife(new SimulatedDisk());
    }

    private SimulatedStore newLife(SimulatedDisk disk) {
        disk.observe(this::at);
        spaceWaiters = 0;
        forceWaiters = 0;
        return new SimulatedStore(disk, variation, () -> nanos);
    }

    /** Bytes of batches that a crash had torn and recovery cut. */
    public long cutBytes() {
        return cutBytes;
    }

    /** At how many moments the power went. */
    public long crashPoints() {
        return cuts.points();
    }

    /** What happened on the disk. */
    DiskEvents disk() {
        return events;
    }

    GeneratedBatches batches() {
        return batches;
    }

    /** What of it is about large messages. */
    LargeHistory large() {
        return large;
    }

    /** What of it is about transactions. */
    TransactionHistory transactions() {
        return transactions;
    }

    /** What of it is about messages that are moved. */
    MoveHistory moves() {
        return moves;
    }

    public SimulatedStore store() {
        return store;
    }

    StoreModel model() {
        return model;
    }

    /** Lives a few lives, each ended by a crash or a clean stop. */
    public void run(int lives, int stepsPerLife) throws StoreException {
        for (int life = 0; life < lives; life++) {
            begin();
            boolean crashes = life + 1 < lives && random.nextInt(4) > 0;
            cuts.crashAfter(crashes ? random.nextInt(stepsPerLife) : Long.MAX_VALUE);
            try {
                live(stepsPerLife);
                quiesce();
                end();
            } catch (SimulatedCrash crash) {
                crash();
            }
        }
    }

    /** Recovers, checks, and goes on from there. */
    void begin() throws StoreException {
        while (true) {
            cuts.crashAfter(random.nextInt(4) == 0 ? random.nextInt(20) : Long.MAX_VALUE);
            try {
                StoreContents recovered = store.recover(variation.wrap(core));
                core.begin(recovered);
                large.begin(store);
                moves.begin(store, recovered);
                transactions.begin(store);
                model.check(recovered);
                model.resumeFrom(recovered);
                unsettled.clear();
                unsettled.addAll(recovered.entries().keySet());
                running = true;
                quiet = false;
                return;
            } catch (SimulatedCrash crash) {
                crash();
            }
        }
    }

    /** The power goes, or the process is killed, here and now. */
    void crash() {
        running = false;
        store = newLife(cuts.crashed(store.disk()));
    }

    /** How many wait for space or a force. */
    long waiters() {
        return spaceWaiters + forceWaiters;
    }

    /** Stops in good order. */
    void end() throws StoreException {
        running = false;
        store.engine().close();
        model.promise(Long.MAX_VALUE);
        store = newLife(store.disk());
    }

    void live(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            if (spaceWaiters > 1000) throw new AssertionError("nobody is told that there is space");
        }
    }

    private void step() {
        switch (random.nextInt(32)) {
            case 0, 1, 2, 3 -> append(batches.publish());
            case 4, 5 -> append(settle());
            case 6 -> append(mixed());
            case 7 -> nanos += random.nextInt(random.nextInt(3) == 0 ? 2_000_000_000 : 40_000_000);
            case 8, 11, 12 -> store.engine().housekeepingStep();
            case 9 -> readBack();
            case 10, 13, 14 -> core.step();
            case 15, 16, 17, 18 -> upload();
            case 19, 20, 21 -> large.readOn();
            case 22, 23, 24, 25, 26, 27 -> transactions.step();
            case 28 -> move();
            default -> store.engine().logStep();
        }
        model.promise(store.engine().durableLsn());
    }

    /** Until nothing is left to do: then nobody may still be waiting. */
    void quiesce() {
        quiet = true;
        for (int i = 0; i < 100; i++) {
            store.engine().housekeepingStep();
            store.engine().logStep();
            core.step();
            nanos += 60_000_000;
        }
        for (int i = 0; i < 20 && core.notTaken() != 0; i++) store.engine().housekeepingStep();
        if (core.notTaken() != 0) throw new AssertionError(core.notTaken() + " parts of a checkpoint were never taken");
        model.promise(store.engine().durableLsn());
        if (spaceWaiters != 0 || forceWaiters != 0) {
            throw new AssertionError(spaceWaiters + " wait for space and " + forceWaiters + " for a force, for ever");
        }
    }

    void append(WriteBatch batch) {
        append(batch, batch);
    }

    /** @param expected what the model is to remember of it */
    private void append(WriteBatch batch, WriteBatch expected) {
        long lsn = store.engine().append(batch);
        if (lsn == MessageStore.FAILED) return;
        if (lsn == MessageStore.FULL) {
            spaceWaiters++;
            store.engine().whenSpace(() -> spaceWaiters--);
            return;
        }
        model.appended(expected, lsn);
        isTrue(batch, lsn);
        for (long dropped : batch.droppedQueues()) forget(dropped, lsn);
        awaitSometimes(lsn);
    }

    private void awaitSometimes(long lsn) {
        if (random.nextInt(4) > 0) return;
        forceWaiters++;
        store.engine().afterForce(lsn, () -> forceWaiters--);
    }

    /** The queues have what a record brought, and not what it settled. */
    private void isTrue(WriteBatch batch, long lsn) {
        core.appended(batch, lsn);
        variation.appended(lsn);
        for (int i = 0; i < batch.targets(); i++) unsettled.add(new EntryName(batch.targetQueueId(i), lsn));
        for (int i = 0; i < batch.settlements(); i++) {
            unsettled.remove(new EntryName(batch.settledQueueId(i), batch.settledLsn(i)));
        }
    }

    /** A transaction was committed, by the last of its records. */
    void committed(List<StoreModel.Written> records, long awaitedLsn) {
        model.committed(records, awaitedLsn);
        for (StoreModel.Written each : records) isTrue(each.batch(), each.lsn());
        awaitSometimes(awaitedLsn);
    }

    /** An entry that has not ended, which nobody else gets from here on; null if there is none. */
    @Nullable
    EntryName take() {
        return unsettled.isEmpty() ? null : unsettled.remove(random.nextInt(unsettled.size()));
    }

    /** An entry that was taken is there again. */
    void putBack(EntryName name) {
        unsettled.add(name);
    }

    private void move() {
        EntryName name = take();
        if (name == null) return;
        unsettled.add(name);
        Message message = moves.message(name, model.entry(name));
        if (message == null) return;
        WriteBatch batch = batches.addTargets(new WriteBatch().message(message)).settle(name.queueId(), name.lsn());
        append(batch, MoveHistory.asNamed(batch, name.lsn()));
        if (batch.enqueueLsn() > 0) moves.moved(name.lsn(), batch.enqueueLsn());
    }

    /** As the core does: the entries that a queue has when it ends are named once, and never settled. */
    private void forget(long queueId, long lsn) {
        List<EntryName> dead = new ArrayList<>(unsettled);
        dead.removeIf(name -> name.queueId() != queueId);
        unsettled.removeAll(dead);
        store.engine().forget(queueId, lsn, visitor -> dead.forEach(name -> visitor.accept(name.lsn())));
    }

    /** Some pieces more, or the message that they are for. */
    private void upload() {
        LargeHistory.Uploaded uploaded = large.upload();
        if (uploaded == null) return;
        Message message = uploaded.message();
        WriteBatch batch = batches.addTargets(new WriteBatch().message(message));
        append(batch, LargeHistory.asWhole(batch, uploaded.content()));
        large.appended(batch);
    }

    /** Mostly the oldest, and more of them the more there are, so that segments become free. */
    private WriteBatch settle() {
        WriteBatch batch = new WriteBatch();
        int count = unsettled.size() > MOST_UNSETTLED ? unsettled.size() / 2 : Math.min(2, unsettled.size());
        for (int i = 0; i < count; i++) {
            int at = random.nextInt(3) == 0 ? random.nextInt(unsettled.size()) : i;
            EntryName entry = unsettled.get(at);
            if (isSlow(entry) && random.nextInt(8) > 0) continue;
            if (!isNamed(batch, entry)) batch.settle(entry.queueId(), entry.lsn());
        }
        return random.nextBoolean() ? batch.lazy() : batch;
    }

    /** Some stay when all around them has gone, so that segments have to be cleaned. */
    private static boolean isSlow(EntryName entry) {
        return (entry.lsn() >> 5) % 7 == 0;
    }

    private static boolean isNamed(WriteBatch batch, EntryName entry) {
        for (int i = 0; i < batch.settlements(); i++) {
            if (batch.settledQueueId(i) == entry.queueId() && batch.settledLsn(i) == entry.lsn()) return true;
        }
        return false;
    }

    /** Changes of several kinds, which must come back all or none. */
    private WriteBatch mixed() {
        WriteBatch batch = random.nextBoolean() ? batches.publish() : settle();
        batches.addChanges(batch, store.engine());
        if (!batch.isPublish() && random.nextInt(4) == 0) {
            int queue = batches.queue();
            if (!transactions.isConcernedWith(batches.queueId(queue))) batches.drop(queue, batch);
        }
        return batch;
    }

    private void readBack() {
        if (unsettled.isEmpty()) return;
        EntryName name = unsettled.get(random.nextInt(unsettled.size()));
        StoreContents.Entry expected = model.entry(name);
        MessageStore.ReadSink sink = (readLsn, message) -> {
            if (readLsn != name.lsn()) throw new AssertionError("read " + readLsn + ", not " + name);
            large.read(message, expected);
        };
        store.engine().read(new long[] {name.lsn()}, sink, failure -> {
            if (store.engine().failure().isEmpty()) throw new AssertionError(failure);
        });
        store.engine().readStep();
    }

    /** The disk is about to do something, or has just done it. */
    private void at(String operation) {
        events.note(operation);
        if (running && !quiet && operation.startsWith("force seg-") && random.nextInt(3) == 0) {
            // What arrives while a force runs belongs to the next batch.
            append(random.nextBoolean() ? batches.publish() : mixed());
        }
        if (running) model.promise(store.engine().durableLsn());
        cuts.at(operation, store.disk());
    }

    private void lookAt(SimulatedDisk image) throws StoreException {
        SimulatedStore again = new SimulatedStore(image, variation, () -> nanos);
        StoreContents recovered = again.recover();
        model.check(recovered);
        cutBytes += again.engine().status().cutBytes();
        if (random.nextInt(3) == 0) {
            StoreContents later = new SimulatedStore(image.crash(random), variation, () -> nanos).recover();
            if (!later.isSameAs(recovered)) {
                throw new AssertionError(
                        "what a recovery has shown is not there at the next:" + later.differenceFrom(recovered));
            }
        }
        WriteBatch first = new WriteBatch().put(again.engine().table(TABLES.get(0)), new byte[1], new byte[1]);
        long lsn = again.engine().append(first);
        if (lsn <= model.highestLsn()) throw new AssertionError("LSN " + lsn + " is given again");
    }
}
