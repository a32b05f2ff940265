package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import org.junit.jupiter.api.Test;

class SegmentTableTest {
    private static final int BYTES = 1 << 20;
    private static final long ALL = Long.MAX_VALUE;

    private final SegmentTable table = new SegmentTable();
    private final Segment first = add(1);
    private final Segment second = add(2);
    private final Segment active = add(3);

    private Segment add(int number) {
        long base = (long) number * BYTES;
        Segment segment = new Segment(new SegmentHeader(new StoreId(0, 1), 1, base, BYTES, base - BYTES, 0));
        table.add(segment);
        return segment;
    }

    private Segment retireOne() {
        return table.retireOne(ALL, active.header().baseLsn());
    }

    @Test
    void aSegmentStaysUntilItsLastEntryHasEnded() {
        first.enqueued(2);
        first.settled();
        assertSame(second, retireOne(), "an old entry keeps its own segment only");
        assertNull(retireOne(), "the one that takes batches stays");
        first.settled();
        assertSame(first, retireOne());
        assertNull(retireOne());
    }

    @Test
    void whatEndedWithItsQueueKeepsNoSegment() {
        first.enqueued(2);
        second.enqueued(1);
        table.forget(dead -> {
            dead.accept(BYTES + 4096L);
            dead.accept(2L * BYTES + 4096);
            dead.accept(BYTES + 8192L);
        });
        assertEquals(0, first.unsettled() + second.unsettled());
        assertSame(first, retireOne());
    }

    @Test
    void nothingIsReleasedByCountsThatCannotBeTrue() {
        first.enqueued(1);
        first.settled();
        first.settled();
        assertThrows(IllegalStateException.class, this::retireOne);
    }
}
