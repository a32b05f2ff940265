package io.signalbox.testkit;

import io.signalbox.broker.store.StoreException;
import java.util.Random;

/**
 * Lets the power fail around the operations of a simulated disk. A copy of the disk, as that leaves it, is started and looked at, and so
 * is a copy of that copy whose start was cut short as well, while the history goes on; now and then it is the history itself that ends.
 * Not thread-safe.
 */
final class PowerCuts {
    private final Random random;
    private final double share;
    private final Start start;
    private long operationsToCrash = Long.MAX_VALUE;
    private long points;

    /** What can be started from a disk. */
    interface Start {
        /** Starts and looks at nothing; a {@link SimulatedCrash} may cut it short. */
        void begin(SimulatedDisk disk) throws StoreException;

        /** Starts, and holds what is there against what was promised. */
        void check(SimulatedDisk disk) throws StoreException;
    }

    /** @param share which part of the crash points is looked at, 0..1 */
    PowerCuts(Random random, double share, Start start) {
        this.random = random;
        this.share = share;
        this.start = start;
    }

    /** At how many moments the power went. */
    long points() {
        return points;
    }

    /** The history itself ends after so many operations. */
    void crashAfter(long operations) {
        operationsToCrash = operations;
    }

    /** The disk as it is found when the power goes, or the process is killed, here and now. */
    SimulatedDisk crashed(SimulatedDisk disk) {
        return random.nextInt(3) == 0 ? disk.kill() : disk.crash(random);
    }

    /** The disk is about to do something, or has just done it. */
    void at(String operation, SimulatedDisk disk) {
        if (operationsToCrash-- == 0) throw new SimulatedCrash(operation);
        if (random.nextDouble() >= share) return;
        try {
            lookAt(crashed(disk));
        } catch (StoreException e) {
            throw new AssertionError("at: " + operation + ": the store does not start: " + e.getMessage(), e);
        } catch (AssertionError e) {
            throw new AssertionError("at: " + operation + ": " + e.getMessage(), e);
        }
    }

    private void lookAt(SimulatedDisk image) throws StoreException {
        points++;
        if (random.nextInt(4) > 0) {
            start.check(image);
            return;
        }
        long[] countdown = {random.nextInt(12)};
        image.observe(operation -> {
            if (countdown[0]-- == 0) throw new SimulatedCrash(operation);
        });
        try {
            start.begin(image);
        } catch (SimulatedCrash crash) {
            points++;
            image.observe(operation -> {});
            lookAt(crashed(image));
        }
    }
}
