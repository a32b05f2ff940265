package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.jspecify.annotations.Nullable;

/**
 * An incoming delivery whose transfer frames are still coming (AMQP 1.0 §2.6.14): gathered in memory while it is small, handed
 * on to the log from {@link #MOST_INLINE_BYTES} on. Confined to the connection's event loop.
 */
final class PartialDelivery {

    /** What a message may have and still be in memory as a whole. */
    static final int MOST_INLINE_BYTES = 256 << 10;

    private final AmqpConnection connection;
    private final int deliveryId;
    private final Answer answer;
    private final long maxMessageBytes;
    private @Nullable DeliveryAssembly small;
    private @Nullable LargeDelivery large;
    private boolean settled;
    private long bytes;
    private int reservedBytes;

    PartialDelivery(AmqpConnection connection, int deliveryId, Answer answer, long maxMessageBytes, int expectedBytes) {
        this.connection = connection;
        this.deliveryId = deliveryId;
        this.answer = answer;
        this.maxMessageBytes = maxMessageBytes;
        this.small = new DeliveryAssembly(expectedBytes);
    }

    /** Adds a frame's payload. */
    void add(IncomingTransfer transfer, Payload payload) throws Refusal {
        // AMQP 1.0 §2.7.5: on continuation frames the id may be left out, but must not differ
        if (transfer.deliveryId() != IncomingTransfer.ABSENT && (int) transfer.deliveryId() != deliveryId) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "a delivery was begun before the one under way was complete");
        }
        // AMQP 1.0 §2.7.5: "if the settled flag is set on any transfer, the delivery is settled"
        if (transfer.settled()) settled = true;
        bytes += payload.size();
        if (bytes > maxMessageBytes) {
            throw Refusal.ofLink(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "a message is larger than the " + maxMessageBytes + " bytes agreed");
        }
        DeliveryAssembly gathered = small;
        if (gathered == null) {
            if (large != null) large.add(payload);
            return;
        }
        reserve(payload.size());
        gathered.append(payload.bytes(), payload.from(), payload.size());
        if (gathered.size() <= MOST_INLINE_BYTES) return;
        small = null;
        large = new LargeDelivery(connection, gathered.bytes(), gathered.size());
    }

    private void reserve(int more) throws Refusal {
        connection.intake().reservePartial(more);
        reservedBytes += more;
    }

    int deliveryId() {
        return deliveryId;
    }

    /** Who is to be told what becomes of it. */
    Answer answer() {
        return settled ? Answer.NONE : answer;
    }

    /** Whether it is a large one. */
    boolean isLarge() {
        return large != null;
    }

    /** All of one that is not large. */
    Payload content() {
        DeliveryAssembly gathered = small;
        if (gathered == null) throw new IllegalStateException("a large delivery is not in memory");
        return new Payload(gathered.bytes(), 0, gathered.size());
    }

    /** All of a large one has come. */
    ArrivedMessage complete(long token, long nowMillis) throws Refusal {
        LargeDelivery whole = large;
        if (whole == null) throw new IllegalStateException("the delivery is not large");
        ArrivedMessage arrived = whole.complete(token, nowMillis);
        large = null; // the message has it
        return arrived;
    }

    /** It is complete, or never will be: then nothing of it is left. */
    void letGo() {
        connection.intake().releasePartial(reservedBytes);
        reservedBytes = 0;
        if (large != null) large.abandon();
        large = null;
    }
}
