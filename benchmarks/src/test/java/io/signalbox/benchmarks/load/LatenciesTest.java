package io.signalbox.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    private final Latencies latencies = new Latencies();

    @Test
    void percentilesAreThoseOfTheSortedValuesToThreeDigits() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] values = new long[10_000];
        latencies.begin();
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(random.nextDouble() * 20);
            latencies.record(values[i]);
        }
        Arrays.sort(values);
        for (double percentile : new double[] {50, 90, 99, 99.9}) {
            double exact = values[(int) Math.round(percentile * values.length / 100) - 1] / 1000.0;
            assertEquals(exact, latencies.micros(percentile), exact / 500 + 0.001, percentile + " %, seed " + seed);
        }
    }

    @Test
    void onlyWhatComesWhileRecordingCounts() {
        latencies.record(1000);
        latencies.begin();
        latencies.record(2000);
        latencies.end();
        latencies.record(3000);
        assertEquals(1, latencies.count());
        latencies.begin();
        assertEquals(0, latencies.count());
        assertEquals(0, latencies.micros(50));
    }

    @Test
    void whatIsLongerThanAMinuteCountsAsAMinute() {
        latencies.begin();
        latencies.record(Long.MAX_VALUE);
        latencies.record(-5);
        assertEquals(60_000_000, latencies.micros(100), 60_000);
        assertEquals(0, latencies.micros(0), 0.001);
    }
}
