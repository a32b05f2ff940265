package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.Compaction;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.PendingCheckpoint;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The crash test must find a store that is wrong: each of these is, in one way. */
class SeededBugsTest {
    private static final int SEEDS = 10;

    /** The same histories as in {@link StoreCrashTest}, from the same seeds. */
    private static void assertFound(Supplier<Variation> bug) throws Exception {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                new StoreHistory(seed, 1, bug.get()).run(StoreCrashTest.LIVES, StoreCrashTest.STEPS_PER_LIFE);
            } catch (AssertionError | StoreException found) { // or the store has found itself to be wrong
                return;
            }
        }
        fail("not found in seeds 1.." + SEEDS);
    }

    @Test
    void aStoreThatNeverForcesIsFound() throws Exception {
        assertFound(SeededBugsTest::neverForcing);
    }

    /** Says that all that was appended is durable. */
    static Variation neverForcing() {
        return new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    private long end;

                    @Override
                    public void append(long lsn, ByteBuffer batch) throws IOException {
                        end = lsn + batch.remaining();
                        super.append(lsn, batch);
                    }

                    @Override
                    public long force() {
                        return end;
                    }
                };
            }
        };
    }

    @Test
    void aCompletionBeforeTheForceIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    private long end;
                    private boolean owed;

                    @Override
                    public void append(long lsn, ByteBuffer batch) throws IOException {
                        if (owed) super.force();
                        end = lsn + batch.remaining();
                        super.append(lsn, batch);
                        owed = true;
                    }

                    @Override
                    public long force() {
                        return end;
                    }
                };
            }
        });
    }

    @Test
    void aChecksumThatIsNotCheckedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Checksum checksum() {
                return (store, epoch, lsn, bytes) -> 0;
            }
        });
    }

    @Test
    void aBatchWrittenDuringAForceAndConfirmedByItIsFound() throws Exception {
        assertFound(() -> new Variation() {
            private long highest;

            @Override
            public void appended(long lsn) {
                highest = lsn;
            }

            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    @Override
                    public long force() throws IOException {
                        return Math.max(super.force(), highest + 1);
                    }
                };
            }
        });
    }

    @Test
    void aDirectoryThatIsNeverForcedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Disk wrap(Disk disk) {
                return new ForwardingDisk(disk) {
                    @Override
                    public void forceDirectory() {}
                };
            }
        });
    }

    @Test
    void aCheckpointThatIsNotForcedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    @Override
                    public PendingCheckpoint createCheckpoint() throws IOException {
                        return new ForwardingCheckpoint(super.createCheckpoint()) {
                            @Override
                            public void force() {}
                        };
                    }
                };
            }
        });
    }

    @Test
    void aCheckpointPublishedBeforeItsContentsAreDurableIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    @Override
                    public PendingCheckpoint createCheckpoint() throws IOException {
                        return new ForwardingCheckpoint(super.createCheckpoint()) {
                            @Override
                            public void force() throws IOException {
                                super.force();
                                super.publish();
                            }

                            @Override
                            public void publish() {}
                        };
                    }
                };
            }
        });
    }

    @Test
    void aCoreThatForgetsAPartOfAQueueIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public CheckpointSource wrap(CheckpointSource core) {
                return new ForwardingCore(
                        core,
                        (belowLsn, sink) -> core.collect(belowLsn, new ForwardingSink(sink) {
                            private long parts;

                            @Override
                            public void part(long queueId, byte[] image, Runnable taken) {
                                if (++parts % 5 == 0) taken.run();
                                else super.part(queueId, image, taken);
                            }
                        }));
            }
        });
    }

    @Test
    void aCoreThatTellsTooMuchOfItsQueuesIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public CheckpointSource wrap(CheckpointSource core) {
                return new ForwardingCore(core, (belowLsn, sink) -> core.collect(Long.MAX_VALUE, sink));
            }
        });
    }

    @Test
    void aCoreThatTellsWhatWasThereAndNotWhatIsThereIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public CheckpointSource wrap(CheckpointSource core) {
                return new ForwardingCore(
                        core,
                        (belowLsn, sink) -> core.collect(belowLsn, new ForwardingSink(sink) {
                            private final List<byte[]> told = new ArrayList<>();

                            @Override
                            public void part(long queueId, byte[] image, Runnable taken) {
                                told.add(image);
                                super.part(queueId, told.size() > 1 ? told.get(0) : image, taken);
                            }
                        }));
            }
        });
    }

    /** A core that collects in another way. */
    private record ForwardingCore(CheckpointSource core, BiConsumer<Long, ImageSink> collecting)
            implements CheckpointSource {
        @Override
        public void collect(long belowLsn, ImageSink sink) {
            collecting.accept(belowLsn, sink);
        }

        @Override
        public void living(byte[] image, LongConsumer visitor) {
            core.living(image, visitor);
        }
    }

    @Test
    void aCleanerThatForgetsAMessageIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    private long records;

                    @Override
                    public Compaction compact(List<Long> baseLsns) throws IOException {
                        return new ForwardingCompaction(super.compact(baseLsns)) {
                            @Override
                            public void append(long lsn, ByteBuffer record) throws IOException {
                                if (++records % 7 != 0) super.append(lsn, record);
                            }
                        };
                    }
                };
            }
        });
    }

    @Test
    void aCoreThatDoesNotTellWhatLivesIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public CheckpointSource wrap(CheckpointSource core) {
                return new CheckpointSource() {
                    private long told;

                    @Override
                    public void collect(long belowLsn, ImageSink sink) {
                        core.collect(belowLsn, sink);
                    }

                    @Override
                    public void living(byte[] image, LongConsumer visitor) {
                        core.living(image, lsn -> {
                            if (++told % 7 != 0) visitor.accept(lsn);
                        });
                    }
                };
            }
        });
    }

    @Test
    void aCleanedFileThatIsNotForcedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Disk wrap(Disk disk) {
                return new ForwardingDisk(disk) {
                    @Override
                    public DiskFile create(String name) throws IOException {
                        return new ForwardingFile(super.create(name)) {
                            private boolean isSegment = !name.startsWith("fresh-");

                            @Override
                            public void preallocate(long bytes) throws IOException {
                                isSegment = true;
                                super.preallocate(bytes);
                            }

                            @Override
                            public void force() throws IOException {
                                if (isSegment) super.force();
                            }
                        };
                    }
                };
            }
        });
    }

    @Test
    void aCleanedFileWhoseNameIsNotForcedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Disk wrap(Disk disk) {
                return new ForwardingDisk(disk) {
                    private boolean isCold;

                    @Override
                    public void rename(String from, String to) throws IOException {
                        isCold = to.startsWith("cold-");
                        super.rename(from, to);
                    }

                    @Override
                    public void forceDirectory() throws IOException {
                        if (!isCold) super.forceDirectory();
                    }
                };
            }
        });
    }

    @Test
    void aLargeMessageWhosePiecesDoNotCountIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Pieces uploaded(Pieces pieces, Supplier<LargeUpload> uploads) {
                Pieces.Hold ofOthers = uploads.get().complete().hold();
                pieces.hold().release();
                long[] lsns = new long[pieces.count()];
                int[] bytes = new int[pieces.count()];
                for (int i = 0; i < pieces.count(); i++) {
                    lsns[i] = pieces.lsn(i);
                    bytes[i] = pieces.bytes(i);
                }
                return new Pieces(lsns, bytes, ofOthers);
            }
        });
    }

    @Test
    void aTransactionThatIsTrueBitByBitIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Transaction begin(MessageStore store) {
                return new Transaction() {
                    private final WriteBatch rest = new WriteBatch();

                    @Override
                    public long add(WriteBatch batch) {
                        long lsn = 0;
                        if (batch.isPublish()) {
                            WriteBatch alone =
                                    new WriteBatch().message(batch.message().orElseThrow());
                            for (int i = 0; i < batch.targets(); i++) {
                                alone.enqueueTo(batch.targetQueueId(i), batch.targetFlags(i));
                            }
                            lsn = store.append(alone);
                            batch.enqueuedAt(alone.enqueueLsn());
                        }
                        if (lsn >= 0) rest.addRest(batch);
                        return lsn;
                    }

                    @Override
                    public long bytes() {
                        return 0;
                    }

                    @Override
                    public long commit() {
                        return store.append(rest);
                    }

                    @Override
                    public void abandon() {}
                };
            }
        });
    }

    @Test
    void aCommitThatIsNotAwaitedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public long awaited(long commitLsn, long lastPartLsn) {
                return lastPartLsn;
            }
        });
    }

    /** Without its commit a message is nothing to a queue, and so no image tells of it. */
    @Test
    void aCleanerThatForgetsWhatIsAheadOfItsCommitIsFound() throws Exception {
        assertFound(() -> new Variation() {
            private final Set<Long> ahead = new HashSet<>();

            @Override
            public void ahead(long lsn) {
                ahead.add(lsn);
            }

            @Override
            public LogStore wrap(LogStore store) {
                return withoutCopying(store, ahead);
            }
        });
    }

    @Test
    void aCleanerThatForgetsTheBodyOfAMoveIsFound() throws Exception {
        assertFound(() -> new Variation() {
            private final Set<Long> holders = new HashSet<>();

            @Override
            public void moved(MessageStore store, long holderLsn) {
                holders.add(holderLsn);
            }

            @Override
            public LogStore wrap(LogStore store) {
                return withoutCopying(store, holders);
            }
        });
    }

    /** As it is if moves are counted, and one is counted off twice. */
    @Test
    void aBodyThatLivesForOneMoveTooFewIsFound() throws Exception {
        assertFound(() -> new Variation() {
            private final Set<Long> holders = new HashSet<>();

            @Override
            public void moved(MessageStore store, long holderLsn) {
                if (holders.add(holderLsn)) return;
                store.forget(0, holderLsn, dead -> dead.accept(holderLsn));
            }
        });
    }

    private static LogStore withoutCopying(LogStore store, Set<Long> forgotten) {
        return new ForwardingLogStore(store) {
            @Override
            public Compaction compact(List<Long> baseLsns) throws IOException {
                return new ForwardingCompaction(super.compact(baseLsns)) {
                    @Override
                    public void append(long lsn, ByteBuffer record) throws IOException {
                        if (!forgotten.contains(lsn)) super.append(lsn, record);
                    }
                };
            }
        };
    }

    private static class ForwardingCompaction implements Compaction {
        private final Compaction compaction;

        ForwardingCompaction(Compaction compaction) {
            this.compaction = compaction;
        }

        @Override
        public void append(long lsn, ByteBuffer record) throws IOException {
            compaction.append(lsn, record);
        }

        @Override
        public long publish() throws IOException {
            return compaction.publish();
        }

        @Override
        public void discard() throws IOException {
            compaction.discard();
        }
    }

    private static class ForwardingSink implements ImageSink {
        private final ImageSink sink;

        ForwardingSink(ImageSink sink) {
            this.sink = sink;
        }

        @Override
        public void part(long queueId, byte[] image, Runnable taken) {
            sink.part(queueId, image, taken);
        }

        @Override
        public void end() {
            sink.end();
        }

        @Override
        public void fail(RuntimeException cause) {
            sink.fail(cause);
        }
    }

    @Test
    void aTailThatIsReadButNotForcedAtTheStartIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public Disk wrap(Disk disk) {
                return new ForwardingDisk(disk) {
                    @Override
                    public DiskFile open(String name) throws IOException {
                        return new ForwardingFile(super.open(name)) {
                            @Override
                            public void force() {}
                        };
                    }
                };
            }
        });
    }
}
