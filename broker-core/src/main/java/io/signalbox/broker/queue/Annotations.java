package io.signalbox.broker.queue;

/**
 * What consumers have added to a message that they gave back (AMQP 1.0 §3.4.5), in their protocol's encoding, which the core does
 * not read. Kept with the entry in memory, so a restart forgets it. The array is not to be changed.
 *
 * @param encoded empty if nothing was added
 */
public record Annotations(byte[] encoded) {

    public static final Annotations NONE = new Annotations(new byte[0]);

    public boolean isEmpty() {
        return encoded.length == 0;
    }

    int heapBytes() {
        return encoded.length;
    }
}
