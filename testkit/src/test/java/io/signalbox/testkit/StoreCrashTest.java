package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.SimulatedStore.Variation;
import org.junit.jupiter.api.Test;

/** The power goes at any moment. To run one seed again: {@code -Dsignalbox.seed=n}. */
class StoreCrashTest {
    private static final long FIRST_SEED = Long.getLong("signalbox.seed", 1);
    private static final int CRASH_POINTS = Integer.getInteger("signalbox.crashPoints", 20_000);

    @Test
    void nothingPromisedIsLostAndNothingSettledReturns() throws Exception {
        long crashPoints = 0;
        long seed = FIRST_SEED;
        while (crashPoints < CRASH_POINTS) {
            StoreHistory history = new StoreHistory(seed, 0.5, Variation.NONE);
            try {
                history.run(4, 400);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            crashPoints += history.crashPoints();
            seed++;
        }
        System.out.println(crashPoints + " crash points in histories " + FIRST_SEED + ".." + (seed - 1));
        assertTrue(crashPoints >= CRASH_POINTS);
    }
}
