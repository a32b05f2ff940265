package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import org.junit.jupiter.api.Test;

class SegmentTableTest {
    private static final int BYTES = 1 << 20;
    private static final long ALL = Long.MAX_VALUE;

    private final SegmentTable table = new SegmentTable(new LargeBodies(body -> {}));
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
        first.enqueued(2, 96);
        first.settled();
        assertSame(second, retireOne(), "an old entry keeps its own segment only");
        assertNull(retireOne(), "the one that takes batches stays");
        first.settled();
        assertSame(first, retireOne());
        assertNull(retireOne());
    }

    @Test
    void whatEndedWithItsQueueKeepsNoSegment() {
        first.enqueued(2, 96);
        second.enqueued(1, 96);
        table.forget(dead -> {
            dead.accept(BYTES + 4096L);
            dead.accept(2L * BYTES + 4096);
            dead.accept(BYTES + 8192L);
        });
        assertEquals(0, first.unsettled() + second.unsettled());
        assertSame(first, retireOne());
    }

    @Test
    void whoHasEnteredIsWaitedForAndWhoComesLaterIsNot() {
        Readers early = first.enter();
        assertFalse(first.retire());
        Readers before = first.renewReaders();
        assertSame(early, before);
        Readers late = first.enter();
        assertFalse(before.close());
        early.leave();
        assertTrue(before.close());
        assertTrue(before.close(), "it stays closed");
        assertFalse(first.retire());
        late.leave();
        assertTrue(first.retire());
        assertNull(first.enter());
    }

    @Test
    void whatLivesIsTheSameShareOfTheBytesAsOfTheEntries() {
        first.enqueued(4, 1000);
        first.enqueued(4, 3000);
        for (int i = 0; i < 6; i++) first.settled();
        assertEquals(1000, first.livingBytes());
        assertEquals(1000, table.livingBytes());
        second.kept();
        assertEquals(BYTES, second.livingBytes(), "it is not known what came in");
    }

    @Test
    void nothingIsReleasedByCountsThatCannotBeTrue() {
        first.enqueued(1, 96);
        first.settled();
        first.settled();
        assertThrows(IllegalStateException.class, this::retireOne);
    }
}
