package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.persistence.AppendBuffer.Share;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AppendBufferTest {

    private static final int BYTES = 8192;
    private static final long LSN = 4096;

    private final AppendBuffer buffer = new AppendBuffer(ByteBuffer.allocate(BYTES), BYTES);

    /** Between the two the log thread makes it the active one; a claim before would be one that no look at the active one tells of. */
    @Test
    void nothingIsClaimedInABufferThatHasItsPlaceAndIsNotOpen() {
        buffer.startAt(LSN);
        assertEquals(AppendBuffer.CLOSED, buffer.claim(64, Share.OTHER));
        assertTrue(buffer.isEmpty());
        buffer.open();
        assertEquals(BatchHeader.BYTES, buffer.claim(64, Share.OTHER));
        buffer.close();
        assertEquals(AppendBuffer.CLOSED, buffer.claim(64, Share.OTHER));
        assertEquals(BatchHeader.BYTES + 64, buffer.used());
    }

    @Test
    void eachShareEndsAtItsMark() {
        buffer.startAt(LSN).open();
        assertEquals(BatchHeader.BYTES, buffer.claim(BYTES / 8, Share.PIECE));
        assertEquals(AppendBuffer.FULL, buffer.claim(BYTES / 8, Share.PIECE));
        assertTrue(buffer.claim(BYTES / 2, Share.PUBLISH) > 0);
        assertEquals(AppendBuffer.FULL, buffer.claim(BYTES / 8, Share.PUBLISH));
        assertTrue(buffer.claim(BYTES / 8, Share.OTHER) > 0);
        assertEquals(AppendBuffer.FULL, buffer.claim(BYTES / 4, Share.OTHER));
    }
}
