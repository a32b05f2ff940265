package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.persistence.AppendBuffer.Share;
import io.signalbox.persistence.log.SegmentHeader;
import io.signalbox.persistence.log.StoreId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AppendBuffersTest {

    private static final int SEGMENT_BYTES = 1 << 22;
    private static final int USUAL_BYTES = 1 << 18;
    private static final int SMALL_BYTES = 1 << 16;

    private final SegmentTable segments = new SegmentTable(new LargeBodies(body -> {}));
    private AppendBuffers buffers;

    @BeforeEach
    void open() {
        segments.add(new Segment(new SegmentHeader(new StoreId(0, 1), 1, SEGMENT_BYTES, SEGMENT_BYTES, 0, 0)));
        buffers = new AppendBuffers(new StoreSettings(SEGMENT_BYTES, USUAL_BYTES, 1 << 20, 1, 1), segments);
    }

    private int activeBytes() {
        return buffers.active().bytes().capacity();
    }

    private void swap() {
        buffers.release(buffers.swap());
    }

    /** What a quiet broker holds for its whole life. */
    @Test
    void buffersAreSmallUntilOneHasBeenFull() {
        for (int i = 0; i < 3; i++) {
            assertEquals(SMALL_BYTES, activeBytes());
            assertTrue(buffers.active().claim(64, Share.PUBLISH) > 0);
            buffers.active().filled(64);
            assertFalse(buffers.isLargerWanted());
            swap();
        }
    }

    /** Changes of the catalogue do not wait for space, so there has to be some before it is needed. */
    @Test
    void buffersHaveTheirUsualSizeOnceAQuarterOfOneWasUsed() {
        int quarter = SMALL_BYTES / 4;
        assertTrue(buffers.active().claim(quarter, Share.OTHER) > 0);
        buffers.active().filled(quarter);
        swap();
        assertEquals(USUAL_BYTES, activeBytes());
        swap();
        assertEquals(USUAL_BYTES, activeBytes());
    }

    @Test
    void bothHaveTheirUsualSizeAfterOneWasFull() {
        buffers.wantUsual();
        assertEquals(SMALL_BYTES, activeBytes(), "what has been claimed stays where it is");
        assertTrue(buffers.isLargerWanted());
        for (int i = 0; i < 3; i++) {
            swap();
            assertEquals(USUAL_BYTES, activeBytes());
            assertFalse(buffers.isLargerWanted());
        }
    }

    /** Or a record that fits into a buffer of usual size would wait for a batch that nobody begins. */
    @Test
    void aSmallOneWithNothingInItIsReplacedAtOnce() {
        long lsn = buffers.active().baseLsn();
        buffers.wantUsual();
        assertTrue(buffers.isLargerPlaceable());
        assertTrue(buffers.widen());
        assertEquals(USUAL_BYTES, activeBytes());
        assertEquals(lsn, buffers.active().baseLsn());
        assertFalse(buffers.active().isLarge());
        swap();
        assertEquals(USUAL_BYTES, activeBytes());
    }

    /** On a full disk the end of a queue with many bindings, say, has no other buffer to fit into. */
    @Test
    void aSmallOneIsReplacedAlsoInWhatIsLeftForSettlements() {
        while (buffers.isForPublishers()) {
            assertTrue(buffers.active().claim(SMALL_BYTES / 8, Share.OTHER) > 0);
            buffers.active().filled(SMALL_BYTES / 8);
            swap();
        }
        assertTrue(buffers.isForSettlements());
        assertEquals(AppendBuffer.FULL, buffers.active().claim(SMALL_BYTES, Share.OTHER));
        buffers.wantUsual();
        assertTrue(buffers.isLargerPlaceable());
        assertTrue(buffers.widen());
        assertTrue(buffers.active().claim(SMALL_BYTES, Share.OTHER) > 0);
    }

    /** Where it would not be in this segment, and there is no next one. */
    @Test
    void aSmallOneIsNotReplacedByOneThatHasNoPlace() {
        while (buffers.isForSettlements() || buffers.active().baseLsn() + USUAL_BYTES < 2 * SEGMENT_BYTES) {
            buffers.active().claim(SMALL_BYTES / 8, Share.OTHER);
            buffers.active().filled(SMALL_BYTES / 8);
            swap();
        }
        buffers.wantUsual();
        assertFalse(buffers.isLargerPlaceable());
    }

    @Test
    void aLargeOneIsLargerThanUsual() {
        buffers.wantUsual();
        buffers.wantLarge(2 * USUAL_BYTES);
        assertTrue(buffers.widen());
        assertTrue(activeBytes() >= 3 * USUAL_BYTES);
        swap();
        assertEquals(USUAL_BYTES, activeBytes());
        swap();
        assertEquals(USUAL_BYTES, activeBytes());
    }
}
