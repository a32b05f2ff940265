package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Alarms against a plain map of their times, also with a clock that jumps. */
class AlarmsTest {

    private static final int MANY = 200;

    private final Alarms alarms = new Alarms();
    private final List<Alarm> rung = new ArrayList<>();

    private final class Bell extends Alarm {
        @Override
        protected void ring() {
            rung.add(this);
        }
    }

    @Test
    void eachRingsOnceWhenItsTimeHasComeTheFirstOneFirst() {
        for (long seed = 1; seed <= 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Bell> bells = new ArrayList<>();
            for (int i = 0; i < MANY; i++) bells.add(new Bell());
            Map<Alarm, Long> times = new HashMap<>();
            long now = 0;
            for (int step = 0; step < 2000; step++) {
                Bell bell = bells.get(random.nextInt(MANY));
                long at = random.nextInt(8) == 0 ? Long.MAX_VALUE : now + random.nextInt(1000) - 50;
                alarms.set(bell, at);
                if (at == Long.MAX_VALUE) times.remove(bell);
                else times.put(bell, at);
                if (random.nextInt(5) == 0) now += random.nextInt(60) - 10;
                if (random.nextInt(300) == 0) now += random.nextInt(2) == 0 ? 1_000_000 : -1_000_000;
                int most = random.nextInt(6);
                rung.clear();
                boolean more = alarms.ring(now, most);
                check(times, now, most, more, seed);
            }
            assertEquals(times.size(), alarms.size());
            for (Bell bell : bells) alarms.set(bell, Long.MAX_VALUE);
            assertEquals(0, alarms.size());
        }
    }

    private void check(Map<Alarm, Long> times, long now, int most, boolean more, long seed) {
        long due = times.values().stream().filter(at -> at <= now).count();
        assertEquals(Math.min(due, most), rung.size(), "seed " + seed);
        assertEquals(due > most, more, "seed " + seed);
        long before = Long.MIN_VALUE;
        for (Alarm alarm : rung) {
            long at = times.remove(alarm);
            assertTrue(at >= before && at <= now, "seed " + seed);
            before = at;
        }
        long last = before;
        assertTrue(rung.isEmpty() || times.values().stream().allMatch(at -> at >= last), "seed " + seed);
    }

    @Test
    void oneThatRingsMaySetItselfAgain() {
        int[] rings = {0};
        Alarm again = new Alarm() {
            @Override
            protected void ring() {
                if (++rings[0] < 3) alarms.set(this, 10);
            }
        };
        alarms.set(again, 10);
        assertTrue(alarms.ring(10, 2));
        assertFalse(alarms.ring(10, 2));
        assertEquals(3, rings[0]);
    }
}
