package io.signalbox.broker;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of a few queues against a simple model: publishers, competing consumers, all outcomes, hand-overs, removed
 * queues, a log that is full, slow to force, or fails. A failure names its seed.
 */
class QueueScenarioTest {

    private static final int LIVES = 150;
    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 1001, 2001, 3001})
    void nothingConfirmedIsLostAndNothingIsDeliveredTwice(long firstSeed) throws Exception {
        for (long seed = firstSeed; seed < firstSeed + LIVES; seed++) {
            try {
                ScenarioLife life = new ScenarioLife(seed);
                for (int step = 0; step < STEPS; step++) life.step();
                life.end();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
