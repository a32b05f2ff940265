package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFile;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.PendingSnapshot;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.IOException;
import java.nio.ByteBuffer;
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
            } catch (AssertionError found) {
                return;
            }
        }
        fail("not found in seeds 1.." + SEEDS);
    }

    @Test
    void aStoreThatNeverForcesIsFound() throws Exception {
        assertFound(() -> new Variation() {
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
        });
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
    void aSnapshotThatIsNotForcedIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    @Override
                    public PendingSnapshot createSnapshot(long coveredLsn) throws IOException {
                        return new ForwardingSnapshot(super.createSnapshot(coveredLsn)) {
                            @Override
                            public void force() {}
                        };
                    }
                };
            }
        });
    }

    @Test
    void aSnapshotPublishedBeforeItsContentsAreDurableIsFound() throws Exception {
        assertFound(() -> new Variation() {
            @Override
            public LogStore wrap(LogStore store) {
                return new ForwardingLogStore(store) {
                    @Override
                    public PendingSnapshot createSnapshot(long coveredLsn) throws IOException {
                        return new ForwardingSnapshot(super.createSnapshot(coveredLsn)) {
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
