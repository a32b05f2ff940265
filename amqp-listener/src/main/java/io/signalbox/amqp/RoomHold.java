package io.signalbox.amqp;

import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import java.util.function.BooleanSupplier;

/**
 * Whether a link gets no credit because the disk has no room for what would come: one to a durable queue, and of others those that
 * had a message refused, since the rest may bring what goes to no disk. Confined to the connection's event loop.
 */
final class RoomHold {

    private boolean refused;

    /** A message of the link was refused. */
    void refused(PublishOutcome.Refused why) {
        refused |= why.reason() == PublishOutcome.Reason.DISK_FULL;
    }

    /** Whether it holds; then the publisher's listener is told of room. */
    boolean holds(Publisher publisher, BooleanSupplier isToDurableQueue) {
        if (!publisher.isShortOfRoom()) {
            refused = false;
            return false;
        }
        if (!refused && !isToDurableQueue.getAsBoolean()) return false;
        publisher.awaitRoom();
        return true;
    }
}
