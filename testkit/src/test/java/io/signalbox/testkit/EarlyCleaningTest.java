package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.SimulatedStore.Variation;
import io.signalbox.testkit.StoreContents.EntryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * An old entry is settled just when a checkpoint asks what lives, so that its images do not tell of it, and the power goes before that
 * settlement is durable: until the checkpoint is published, the cleaner may not act on what it does not tell.
 */
class EarlyCleaningTest {
    private static final long QUEUE = 1;
    private static final int MESSAGES = 800;
    private static final int BODY_BYTES = 300;
    private static final int OF_WHICH_ONE_STAYS = 8;

    /** Enough for a checkpoint, and for a copy that comes too early. */
    private static final int STEPS_WITHOUT_FORCE = 60;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedCore core = new SimulatedCore(new Random(1));
    private final List<Long> old = new ArrayList<>();
    private final Random random = new Random(2);
    private long nanos = 1;
    private boolean asked;
    private long cleanings;

    private final SimulatedStore store = new SimulatedStore(disk, Variation.NONE, () -> nanos);

    private final CheckpointSource source = new CheckpointSource() {
        @Override
        public void collect(long belowLsn, ImageSink sink) {
            asked = true;
            core.collect(belowLsn, sink);
        }

        @Override
        public void living(byte[] image, LongConsumer visitor) {
            core.living(image, visitor);
        }
    };

    private long append(WriteBatch batch) {
        long lsn = store.engine().append(batch);
        assertTrue(lsn > 0, "there is space");
        core.appended(batch, lsn);
        return lsn;
    }

    private void turn() {
        store.engine().logStep();
        store.engine().housekeepingStep();
        nanos += 20_000_000;
    }

    /** Segments in which little lives, while the first checkpoint waits for the core. */
    private void fill() {
        for (int i = 0; i < MESSAGES; i++) {
            byte[] body = new byte[BODY_BYTES];
            long lsn =
                    append(new WriteBatch().message(CoreLife.message("a", body)).enqueueTo(QUEUE, 0));
            turn();
            if (i % OF_WHICH_ONE_STAYS == 0) old.add(lsn);
            else append(new WriteBatch().settle(QUEUE, lsn));
            turn();
        }
    }

    @Test
    void untilASettlementIsDurableItsMessageStays() throws Exception {
        core.begin(store.recover(source));
        disk.observe(operation -> {
            if (operation.startsWith("renamed cold-")) cleanings++;
        });
        fill();
        int awaited = 0;
        while (!old.isEmpty()) {
            long before = cleanings;
            asked = false;
            while (!asked) {
                core.step(); // and when it has been asked, not before the settlement
                turn();
            }
            if (cleanings > before) awaited++;
            long lsn = old.remove(random.nextInt(old.size()));
            append(new WriteBatch().settle(QUEUE, lsn).lazy());
            for (int i = 0; i < STEPS_WITHOUT_FORCE; i++) {
                store.engine().housekeepingStep();
                core.step();
                nanos += 5_000_000;
            }
            assertIsThere(lsn);
        }
        assertTrue(awaited > 5, awaited + " times something was cleaned that had to wait");
    }

    private void assertIsThere(long lsn) throws Exception {
        SimulatedStore next = new SimulatedStore(disk.crash(random), Variation.NONE, () -> nanos);
        StoreContents found = next.recover();
        for (long each : old) assertTrue(found.entries().containsKey(new EntryName(QUEUE, each)), each + " is lost");
        assertTrue(found.entries().containsKey(new EntryName(QUEUE, lsn)), lsn + " is lost");
    }
}
