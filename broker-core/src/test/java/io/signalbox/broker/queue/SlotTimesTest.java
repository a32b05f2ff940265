package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Envelope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The times of a chunk against a plain map, and what a second is. */
class SlotTimesTest {

    private static final int SLOTS = 300;

    @Test
    void aSecondIsNeverBeforeTheTimeAndAtMostASecondAfterIt() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 10_000; i++) {
            long millis = 1 + random.nextLong(1L << random.nextInt(1, 42));
            int second = SlotTimes.second(millis);
            long due = SlotTimes.millis(second);
            assertTrue(due >= millis && due < millis + 1000, millis + " is due at " + due);
            assertTrue(SlotTimes.now(due) >= second, "due when it is");
            assertTrue(SlotTimes.now(due - 1) < second, "and not before");
        }
    }

    @Test
    void whatIsTooFarAwayIsNotTold() {
        long year2107 = 4_323_000_000_000L;
        for (long never : new long[] {Envelope.NEVER, Long.MAX_VALUE - 1, year2107}) {
            assertEquals(SlotTimes.NEVER, SlotTimes.second(never));
        }
        assertEquals(Envelope.NEVER, SlotTimes.millis(SlotTimes.NEVER));
        for (long past : new long[] {Long.MIN_VALUE, -1, 0}) {
            assertTrue(SlotTimes.second(past) <= SlotTimes.now(0), "due at once");
        }
    }

    @Test
    void whatIsDueIsFoundOnceAndWhatMayNotGoWaitsUntilItIsWoken() throws IOException {
        for (long seed = 1; seed <= 300; seed++) {
            try {
                new Life(seed).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Life {
        final SplittableRandom random;
        final TreeMap<Integer, Integer> model = new TreeMap<>();
        final Set<Integer> away = new HashSet<>();
        SlotTimes times;
        int nextSlot;
        int now = SlotTimes.now(1_000_000);

        Life(long seed) {
            random = new SplittableRandom(seed);
            nextSlot = random.nextInt(20);
            add();
        }

        void run() throws IOException {
            while (nextSlot < SLOTS) {
                switch (random.nextInt(6)) {
                    case 0, 1 -> add();
                    case 2 -> forget();
                    case 3 -> move();
                    case 4 -> now += random.nextInt(4);
                    default -> bringBack();
                }
                model.forEach((slot, second) -> {
                    assertEquals(second, times.of(slot));
                    if (!away.contains(slot)) assertTrue(times.earliest() <= second, "slot " + slot + " is missed");
                });
                due();
            }
        }

        void add() {
            int second = now + random.nextInt(30) - 2;
            times = SlotTimes.with(times, nextSlot, second);
            model.put(nextSlot, second);
            nextSlot += 1 + random.nextInt(4);
        }

        int anySlot() {
            return random.nextInt(nextSlot);
        }

        void forget() {
            int slot = anySlot();
            times.forget(slot);
            model.remove(slot);
            away.remove(slot);
        }

        void move() {
            int slot = anySlot();
            if (!model.containsKey(slot)) return;
            if (away.add(slot)) return;
            away.remove(slot);
            times.wake(slot);
        }

        void bringBack() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            SlotTimes.write(new DataOutputStream(bytes), times);
            SlotTimes read =
                    SlotTimes.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), SLOTS + 4);
            assertEquals(model.isEmpty(), read == null);
            if (read != null) times = read;
            else times = SlotTimes.with(null, nextSlot, add1());
        }

        private int add1() {
            model.put(nextSlot, now + 5);
            nextSlot++;
            return now + 5;
        }

        void due() {
            List<Integer> expected = new ArrayList<>();
            for (Map.Entry<Integer, Integer> each : model.entrySet()) {
                if (each.getValue() <= now && !away.contains(each.getKey())) expected.add(each.getKey());
            }
            long[] places = new long[1 + random.nextInt(6)];
            int found = times.due(now, slot -> !away.contains(slot), 1000, places, 0);
            assertEquals(Math.min(places.length, expected.size()), found);
            for (int i = 0; i < found; i++) {
                assertEquals(1000 + expected.get(i), places[i]);
                times.forget(expected.get(i));
                model.remove(expected.get(i));
            }
            boolean all = found == expected.size();
            int next = model.entrySet().stream()
                    .filter(each -> !away.contains(each.getKey()))
                    .mapToInt(Map.Entry::getValue)
                    .min()
                    .orElse(SlotTimes.NEVER);
            if (all) assertEquals(next, times.earliest());
            else assertTrue(times.earliest() <= now, "there are more");
        }
    }
}
