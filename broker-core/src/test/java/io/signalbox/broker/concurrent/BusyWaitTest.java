package io.signalbox.broker.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BusyWaitTest {

    private static final long MOST = 100;

    private long now;
    private final BusyWaits two = BusyWaits.ofProcessors(2);
    private final BusyWait wait = two.upTo(MOST, () -> now);
    private int looks;

    private boolean never() {
        looks++;
        now++;
        return false;
    }

    private static void learn(BusyWait wait) {
        for (int i = 0; i < 4; i++) wait.waited(MOST - 1);
    }

    @Test
    void itSleepsUntilFourWaitsWereShort() {
        for (int i = 0; i < 4; i++) {
            assertFalse(wait.sees(() -> true), i + " short waits");
            wait.waited(MOST - 1);
        }
        assertTrue(wait.sees(() -> true));
    }

    @Test
    void itLooksUntilItSees() {
        learn(wait);
        assertTrue(wait.sees(() -> now++ == 7));
        assertEquals(8, now);
    }

    @Test
    void itLooksNoLongerThanIsWorthIt() {
        learn(wait);
        assertFalse(wait.sees(this::never));
        assertEquals(MOST, looks);
    }

    @Test
    void oneLongWaitIsEnoughToSleepAgain() {
        learn(wait);
        wait.waited(MOST);
        assertFalse(wait.sees(() -> true));
    }

    @Test
    void noMoreThanHalfOfTheProcessorsLook() {
        BusyWait other = two.upTo(MOST, () -> now);
        learn(wait);
        learn(other);
        assertTrue(wait.sees(() -> {
            assertFalse(other.sees(() -> true));
            return true;
        }));
        assertTrue(other.sees(() -> true), "the place is free again");
    }

    @Test
    void whoWorksComesBeforeWhoLooks() {
        BusyWait worker = two.upTo(MOST, () -> now);
        learn(wait);
        learn(worker);
        assertFalse(wait.sees(() -> {
            worker.works();
            now++;
            return false;
        }));
        assertEquals(1, now, "it gave way at once");
        assertFalse(wait.sees(() -> true), "the place is taken");
        assertTrue(worker.sees(() -> true), "whoever works looks from its own place");
        worker.works();
        worker.sleeps();
        assertTrue(wait.sees(() -> true), "and is free again");
    }

    @Test
    void aLookThatFailsGivesItsPlaceBack() {
        learn(wait);
        assertThrows(
                IllegalStateException.class,
                () -> wait.sees(() -> {
                    throw new IllegalStateException("broken");
                }));
        assertTrue(wait.sees(() -> true));
    }

    @Test
    void oneProcessorAloneIsForThoseWhoWork() {
        BusyWait alone = BusyWaits.ofProcessors(1).upTo(MOST, () -> now);
        learn(alone);
        assertFalse(alone.sees(() -> true));
        alone.works();
        assertFalse(alone.sees(() -> true));
    }
}
