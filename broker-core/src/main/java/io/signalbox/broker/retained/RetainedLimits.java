package io.signalbox.broker.retained;

/**
 * How much may be retained, over all topics of a virtual host.
 *
 * @param messages topics that have a retained message
 * @param bytes topics, bodies and what keeping them costs on the heap
 */
public record RetainedLimits(int messages, long bytes) {

    /** What holds when nobody says otherwise. */
    public static final RetainedLimits DEFAULT = new RetainedLimits(1_000_000, 64 << 20);

    public RetainedLimits {
        if (messages < 0 || bytes < 0) throw new IllegalArgumentException(messages + " messages, " + bytes + " bytes");
    }
}
