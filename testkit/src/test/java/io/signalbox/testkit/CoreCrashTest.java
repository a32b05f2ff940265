package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.SimulatedStore.Variation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The power goes at any moment, under a whole core. To run one seed again: {@code -Dsignalbox.seed=n}. */
class CoreCrashTest {
    static final int LIVES = 4;
    static final int STEPS_PER_LIFE = 1000;
    private static final long FIRST_SEED = Long.getLong("signalbox.seed", 1);

    /** As many take about as long as five times as many on the log alone. */
    private static final int CRASH_POINTS = Integer.getInteger("signalbox.crashPoints", 15_000) / 5;

    /** What histories have to have had, once in a thousand crash points. */
    private static final List<String> FREQUENT = List.of(
            "checkpoints",
            "cleanings",
            "rolls",
            "confirmed settlements",
            "queues deleted",
            "parked",
            "refused",
            "on disk at a start");

    @Test
    void whatWasConfirmedIsThereAndWhatWasSettledIsNot() throws Exception {
        long crashPoints = 0;
        Map<String, Long> seen = new HashMap<>();
        for (long seed = FIRST_SEED; crashPoints < CRASH_POINTS; seed++) {
            CoreHistory history = new CoreHistory(seed, Variation.NONE, UnaryOperator.identity());
            try {
                history.run(LIVES, STEPS_PER_LIFE);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            crashPoints += history.crashPoints();
            history.seen().forEach((what, count) -> seen.merge(what, count, Long::sum));
            seen.merge("histories", 1L, Long::sum);
            seen.merge("checkpoints", history.disk().checkpoints(), Long::sum);
            seen.merge("cleanings", history.disk().cleanings(), Long::sum);
            seen.merge("rolls", history.disk().rolls(), Long::sum);
        }
        // Otherwise the histories would not show what they are for.
        for (String what : FREQUENT) assertTrue(seen.getOrDefault(what, 0L) >= crashPoints / 1000, what + ": " + seen);
    }
}
