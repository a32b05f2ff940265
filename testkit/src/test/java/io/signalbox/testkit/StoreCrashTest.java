package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.SimulatedStore.Variation;
import org.junit.jupiter.api.Test;

/** The power goes at any moment. To run one seed again: {@code -Dsignalbox.seed=n}. */
class StoreCrashTest {
    static final int LIVES = 4;
    static final int STEPS_PER_LIFE = 400;
    private static final long FIRST_SEED = Long.getLong("signalbox.seed", 1);
    private static final int CRASH_POINTS = Integer.getInteger("signalbox.crashPoints", 15_000);

    @Test
    void nothingPromisedIsLostAndNothingSettledReturns() throws Exception {
        long crashPoints = 0;
        long rolls = 0;
        long givenBack = 0;
        long checkpoints = 0;
        long cleanings = 0;
        long cut = 0;
        long large = 0;
        long piecesRead = 0;
        long committed = 0;
        long abandoned = 0;
        long ahead = 0;
        long moved = 0;
        long movedAgain = 0;
        long seed = FIRST_SEED;
        while (crashPoints < CRASH_POINTS) {
            StoreHistory history = new StoreHistory(seed, 1, Variation.NONE);
            try {
                history.run(LIVES, STEPS_PER_LIFE);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            crashPoints += history.crashPoints();
            rolls += history.disk().rolls();
            givenBack += history.disk().givenBack();
            checkpoints += history.disk().checkpoints();
            cleanings += history.disk().cleanings();
            cut += history.cutBytes();
            large += history.large().messages();
            piecesRead += history.large().piecesRead();
            committed += history.transactions().committed();
            abandoned += history.transactions().abandoned();
            ahead += history.transactions().messages();
            moved += history.moves().moved();
            movedAgain += history.moves().movedAgain();
            seed++;
        }
        // Otherwise the histories would not show what they are for.
        assertTrue(cut > 0, "no batch was torn, or nobody told of it");
        assertTrue(large > 200 && piecesRead > 40, large + " large messages, " + piecesRead + " pieces read");
        assertTrue(rolls > 100 && givenBack > 50 && checkpoints > 50, rolls + ", " + givenBack + ", " + checkpoints);
        assertTrue(cleanings > 50, cleanings + " cleanings");
        assertTrue(committed > 100 && abandoned > 20 && ahead > 200, committed + ", " + abandoned + ", " + ahead);
        assertTrue(moved > 200 && movedAgain > 20, moved + " moves, " + movedAgain + " of what had been moved");
    }

    @Test
    void aSeedAlwaysRunsTheSameWay() throws Exception {
        StoreHistory once = new StoreHistory(7, 1, Variation.NONE);
        StoreHistory again = new StoreHistory(7, 1, Variation.NONE);
        once.run(LIVES, STEPS_PER_LIFE);
        again.run(LIVES, STEPS_PER_LIFE);
        assertEquals(once.crashPoints(), again.crashPoints());
        assertEquals(once.model().highestLsn(), again.model().highestLsn());
    }
}
