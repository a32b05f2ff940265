package io.signalbox.broker.queue;

/**
 * What a queue may hold of messages that wait for a consumer. Immutable.
 *
 * @param maxLength messages; {@link #NONE} = as many as come
 * @param maxLengthBytes bytes of their bodies; {@link #NONE} = as many as come
 * @param messageTtlMillis how long a message waits from the moment it came in, in milliseconds; {@link #NONE} = as long as it lasts
 * @param overflow what happens to one message more
 */
public record QueueLimits(long maxLength, long maxLengthBytes, long messageTtlMillis, Overflow overflow) {

    /** No limit. */
    public static final long NONE = Long.MAX_VALUE;

    static final QueueLimits UNLIMITED = new QueueLimits(NONE, NONE, NONE, Overflow.DROP_HEAD);

    /** What happens when a message comes for which there is no room. */
    public enum Overflow {
        /** The oldest messages go, those of the lowest priority first. */
        DROP_HEAD,
        /** Its publisher is refused, and nobody gets it. */
        REJECT_PUBLISH
    }

    public QueueLimits {
        if (maxLength < 0 || maxLengthBytes < 0 || messageTtlMillis < 0) {
            throw new IllegalArgumentException("a limit is negative: " + maxLength + " messages, " + maxLengthBytes
                    + " bytes, " + messageTtlMillis + " ms");
        }
    }

    boolean expires() {
        return messageTtlMillis != NONE;
    }
}
