package io.signalbox.mqtt;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.store.TargetFlags;

/**
 * How a message was published, as it is kept in the marks of its {@link Envelope}: bits 0 and 1 are its QoS plus one, 0 if
 * another protocol brought it; bit 2 is the RETAIN flag (§3.3.1). Stateless.
 */
final class PublishMarks {

    private static final int QOS_PLUS_ONE = 0x03;
    private static final int RETAIN = 0x04;

    private PublishMarks() {}

    static byte of(int qos, boolean retain) {
        return (byte) (qos + 1 | (retain ? RETAIN : 0));
    }

    /** MQTT-3.8.4-8: a message comes with the lower of the QoS it was published with and the one granted. */
    static int deliveredQos(Envelope envelope, int granted) {
        int plusOne = envelope.marks() & QOS_PLUS_ONE;
        if (plusOne != 0) return Math.min(granted, plusOne - 1);
        return envelope.durable() ? granted : 0;
    }

    /** Whether an MQTT client published it at QoS 0, so that nobody gets it at more (MQTT-3.8.4-8). */
    static boolean isAtMostOnce(Envelope envelope) {
        return (envelope.marks() & QOS_PLUS_ONE) == 1;
    }

    /** Whether the RETAIN flag is set towards a client (MQTT 5.0 §3.3.1.3, §3.8.3.1). */
    static boolean deliveredRetain(Envelope envelope, int targetFlags) {
        if (TargetFlags.isRetained(targetFlags)) return true; // 3.1.1 MQTT-3.3.1-8
        return isRetain(envelope) && TargetFlags.isRetainAsPublished(targetFlags); // MQTT-3.3.1-12, MQTT-3.3.1-13
    }

    static boolean isRetain(Envelope envelope) {
        return (envelope.marks() & RETAIN) != 0;
    }
}
