package io.signalbox.benchmarks.parts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PairTest {

    private static Pair pair(Sample other, Sample here) {
        return new Pair("part", other, here);
    }

    private static final Sample HUNDRED = Sample.of(100, 98, 103, 101, 99);

    @Test
    void fifteenPercentMoreIsSlower() {
        Pair pair = pair(HUNDRED, Sample.of(115, 114, 118, 113, 116));
        assertEquals(1.15, pair.ratio(), 1e-9);
        assertTrue(pair.isSlower());
    }

    @Test
    void aLittleLessIsNot() {
        assertFalse(pair(HUNDRED, Sample.of(114, 113, 117, 112, 115)).isSlower());
    }

    @Test
    void whatDiffersAsMuchByItselfIsNotSlower() {
        Pair pair = pair(Sample.of(90, 95, 100, 130, 140), Sample.of(100, 120, 125, 130, 135));
        assertTrue(pair.ratio() > 1.15);
        assertFalse(pair.isSlower());
    }

    @Test
    void oneJvmThatWentAstrayDecidesNothing() {
        assertTrue(pair(Sample.of(100, 98, 400, 101, 99), Sample.of(130, 128, 60, 131, 129))
                .isSlower());
        assertFalse(pair(HUNDRED, Sample.of(101, 99, 400, 100, 98)).isSlower());
    }

    @Test
    void whatBecameFasterIsNotSlower() {
        Pair pair = pair(HUNDRED, Sample.of(50, 51, 52, 53, 54));
        assertEquals(0.52, pair.ratio(), 1e-9);
        assertFalse(pair.isSlower());
    }

    @Test
    void theMiddleOfAnEvenNumberLiesBetweenTwo() {
        Sample sample = Sample.of(4, 1, 3, 2);
        assertEquals(2.5, sample.median());
        assertEquals(2, sample.low());
        assertEquals(3, sample.high());
        assertEquals(0.2, sample.spread(), 1e-9);
    }
}
