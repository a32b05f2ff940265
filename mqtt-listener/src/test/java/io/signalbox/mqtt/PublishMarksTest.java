package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Envelope;
import org.junit.jupiter.api.Test;

final class PublishMarksTest {

    @Test
    void theLowerOfThePublishedAndTheGrantedQosCounts() {
        for (int published = 0; published <= 2; published++) {
            for (int granted = 0; granted <= 2; granted++) {
                Envelope envelope = marked(published > 0, PublishMarks.of(published, true));
                assertEquals(Math.min(published, granted), PublishMarks.deliveredQos(envelope, granted));
            }
        }
    }

    @Test
    void whatAnotherProtocolBroughtComesAsGrantedIfItIsDurable() {
        assertEquals(2, PublishMarks.deliveredQos(marked(true, Envelope.NO_MARKS), 2));
        assertEquals(0, PublishMarks.deliveredQos(marked(false, Envelope.NO_MARKS), 2));
    }

    @Test
    void theRetainFlagIsKeptBesideEveryQos() {
        for (int qos = 0; qos <= 2; qos++) {
            assertTrue(PublishMarks.isRetain(marked(true, PublishMarks.of(qos, true))));
            assertFalse(PublishMarks.isRetain(marked(true, PublishMarks.of(qos, false))));
        }
        assertFalse(PublishMarks.isRetain(marked(true, Envelope.NO_MARKS)));
    }

    private static Envelope marked(boolean durable, byte marks) {
        return new Envelope("a", durable, Envelope.DEFAULT_PRIORITY, Envelope.NEVER, 0, marks);
    }
}
