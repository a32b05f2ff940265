package io.signalbox.broker.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FewTest {

    @Test
    void doesWhatAListDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Integer> expected = new ArrayList<>();
        List<Integer> few = List.of();
        for (int step = 0; step < 10_000; step++) {
            Integer element = random.nextInt(4);
            if (random.nextBoolean()) {
                expected.add(element);
                few = Few.with(few, element);
            } else {
                expected.remove(element);
                few = Few.without(few, element);
            }
            assertEquals(expected, few, "seed " + seed + ", step " + step);
        }
    }

    @Test
    void noneIsNoListOfItsOwn() {
        assertSame(List.of(), Few.without(Few.with(List.of(), "a"), "a"));
        List<String> two = Few.with(Few.with(List.of(), "a"), "b");
        assertSame(List.of(), Few.without(Few.without(two, "a"), "b"));
    }

    @Test
    void whatIsNotThereChangesNothing() {
        List<String> one = List.of("a");
        assertSame(one, Few.without(one, "b"));
        assertSame(List.of(), Few.without(List.of(), "b"));
    }
}
