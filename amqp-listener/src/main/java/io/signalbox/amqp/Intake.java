package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * What one connection's peer has sent and the broker has not taken yet: messages that wait for space in the log, deliveries of
 * which pieces are missing. Bounds both, whatever number of links they come on. Confined to the connection's event loop.
 */
final class Intake {

    /** Bytes of messages that may wait for space in the log before the socket is read no more. */
    private static final long MAX_PARKED_BYTES = 1 << 20;

    private final Transport transport;
    private final long maxPartialBytes;
    private int parkedMessages;
    private long parkedBytes;
    private long partialBytes;
    private boolean wanted = true;
    private boolean outputFull;
    private boolean reading = true;

    /** Bytes of deliveries that have begun, in memory: a large one has {@link PartialDelivery#MOST_INLINE_BYTES} there. */
    private static final long MAX_PARTIAL_BYTES = 32 << 20;

    /** @param maxMessageBytes the largest message that is taken */
    Intake(Transport transport, long maxMessageBytes) {
        this.transport = transport;
        this.maxPartialBytes = Math.min(MAX_PARTIAL_BYTES, 2 * maxMessageBytes);
    }

    /** A message waits for space in the log. */
    void parked(int bytes) {
        parkedMessages++;
        parkedBytes += bytes;
        if (parkedBytes > MAX_PARKED_BYTES) setReading(Transport.Reading.OFF);
    }

    /** Messages have found their space, or their link is gone. */
    void unparked(int messages, long bytes) {
        parkedMessages -= messages;
        parkedBytes -= bytes;
        if (parkedMessages == 0) setReading(Transport.Reading.ON);
    }

    /** More bytes of deliveries in pieces are to be kept. */
    void reservePartial(int bytes) throws Refusal {
        if (bytes > maxPartialBytes - partialBytes) {
            throw Refusal.ofLink(AmqpError.RESOURCE_LIMIT_EXCEEDED, "too many deliveries are begun and not complete");
        }
        partialBytes += bytes;
    }

    void releasePartial(int bytes) {
        partialBytes -= bytes;
    }

    /** Whether the socket is read, so that silence is the peer's. */
    boolean isReading() {
        return reading;
    }

    void setReading(Transport.Reading now) {
        wanted = now == Transport.Reading.ON;
        apply();
    }

    /** Who does not read our answers is not read either, so that they cannot pile up. */
    void outputFull(boolean full) {
        outputFull = full;
        apply();
    }

    private void apply() {
        boolean on = wanted && !outputFull;
        if (on == reading) return;
        reading = on;
        transport.setReading(on ? Transport.Reading.ON : Transport.Reading.OFF);
    }
}
