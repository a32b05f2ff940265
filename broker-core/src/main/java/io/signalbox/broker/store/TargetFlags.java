package io.signalbox.broker.store;

/**
 * The per-target metadata of an enqueue record: what comes back with the entry, also after a restart. A record has 32 bits for
 * it, of which a queue keeps the lowest 8.
 */
public final class TargetFlags {

    /** The entry's queue or message is not durable: the record only holds it while this process lives. */
    public static final int TRANSIENT = 1;

    /** The message reaches this target because of a retained value, not of a live publish (MQTT-3.3.1-8). */
    public static final int RETAINED = 1 << 1;

    /** The subscription wants the retain flag as it was published (MQTT 5.0 §3.8.3.1). */
    public static final int RETAIN_AS_PUBLISHED = 1 << 4;

    private static final int KEPT = 0xFF;
    private static final int QOS_SHIFT = 2;
    private static final int QOS_MASK = 3 << QOS_SHIFT;

    private TargetFlags() {}

    /** The same flags, of which a queue would lose none. */
    public static int checked(int flags) {
        if ((flags & ~KEPT) != 0) throw new IllegalArgumentException("flags " + flags + " are more than 8 bits");
        return flags;
    }

    /** Flags that carry the quality of service, 0..2, a subscription was granted. */
    public static int ofQos(int grantedQos) {
        if (grantedQos < 0 || grantedQos > 2) throw new IllegalArgumentException("QoS " + grantedQos + " is not 0..2");
        return grantedQos << QOS_SHIFT;
    }

    public static int qos(int flags) {
        return (flags & QOS_MASK) >>> QOS_SHIFT;
    }

    /** Flags of a target that two bindings lead to: the higher QoS (MQTT-3.3.4-2) and the rest of both. */
    public static int merge(int a, int b) {
        int rest = (a | b) & ~QOS_MASK;
        return rest | ofQos(Math.max(qos(a), qos(b)));
    }

    public static boolean isTransient(int flags) {
        return (flags & TRANSIENT) != 0;
    }

    public static boolean isRetained(int flags) {
        return (flags & RETAINED) != 0;
    }

    public static boolean isRetainAsPublished(int flags) {
        return (flags & RETAIN_AS_PUBLISHED) != 0;
    }
}
