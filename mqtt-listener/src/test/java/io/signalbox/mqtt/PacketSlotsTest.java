package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packet identifier is next. */
class PacketSlotsTest {

    private static final int WINDOW = 256;

    private final PacketSlots slots = new PacketSlots(WINDOW);

    /** A full window that an earlier life left, its last identifier being {@code last}, in any order. */
    private void restoreWindow(int last) {
        List<Integer> identifiers = new ArrayList<>(IntStream.range(0, WINDOW)
                .map(back -> Math.floorMod(last - 1 - back, 0xFFFF) + 1)
                .boxed()
                .toList());
        Collections.shuffle(identifiers, new Random(last));
        for (int identifier : identifiers) slots.put(new Outgoing(identifier, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 300, 32_767, 32_900, 1, 100})
    void identifiersGoOnBehindThoseOfAnEarlierLife(int last) {
        restoreWindow(last);
        for (int i = 1; i <= WINDOW; i++) {
            int oldest = Math.floorMod(last - 1 - WINDOW + i, 0xFFFF) + 1;
            slots.free(Objects.requireNonNull(slots.find(oldest)));
            assertEquals(last + i, slots.take(2).packetId);
        }
    }

    @Test
    void identifiersBeginWithOneAndAgainBehindTheLast() {
        for (int expected = 1; expected <= 0xFFFF; expected++) {
            Outgoing next = slots.take(1);
            assertEquals(expected, next.packetId);
            slots.free(next);
        }
        assertEquals(1, slots.take(1).packetId);
    }
}
