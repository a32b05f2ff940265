package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the times of the log say of an age, against all that was noted. */
class LogTimesTest {

    private static final long DAY = 86_400_000;

    @Test
    void anAgeIsNeverTooHighAndAtMostAFiftiethAndSomeSecondsTooLow() {
        for (long seed = 1; seed <= 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LogTimes times = new LogTimes();
            times.keepFor(14 * DAY);
            TreeMap<Long, Long> timeByLsn = new TreeMap<>(); // of the first note above each
            long now = 1_000_000;
            long lsn = 100;
            for (int i = 0; i < 50_000; i++) {
                now += random.nextInt(random.nextInt(1000) == 0 ? 60_000 : 2500);
                lsn += random.nextInt(5000);
                times.note(now, lsn);
                timeByLsn.putIfAbsent(lsn, now);
                if (i == 30_000) {
                    LogTimes again = new LogTimes();
                    again.keepFor(14 * DAY);
                    again.restore(times.encode());
                    times = again;
                }
            }
            assertTrue(times.size() < 1000, times.size() + " marks");
            for (int i = 0; i < 1000; i++) {
                long asked = random.nextLong(lsn);
                long came = timeByLsn.higherEntry(asked).getValue();
                long known = times.timeOf(asked);
                long age = now - came;
                assertTrue(known >= came, "seed " + seed + ": it is " + age + " old, not " + (now - known));
                if (age < 13 * DAY) assertTrue(known - came <= age / 50 + 60_000 + 5_000, known - came + " of " + age);
                assertTrue(times.lsnAt(known) > asked, "what is old by its time is below the mark");
                assertTrue(times.lsnAt(came - 1) <= asked, "nothing is old before its time");
            }
        }
    }

    @Test
    void whatWasNotedForATimeThatIsStillToComeIsForgotten() {
        LogTimes times = new LogTimes();
        times.keepFor(DAY);
        times.note(10_000, 100);
        times.note(500 * DAY, 200); // the clock was set wrong
        times.note(20_000, 300);
        assertEquals(20_000, times.timeOf(150));
        assertEquals(300, times.lsnAt(20_000));
        assertEquals(100, times.lsnAt(19_999));
        assertEquals(0, times.lsnAt(9_999));
        assertEquals(Long.MAX_VALUE, times.timeOf(300));
    }
}
