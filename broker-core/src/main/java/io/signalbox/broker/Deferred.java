package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.Destination;
import org.jspecify.annotations.Nullable;

/**
 * A message in the log whose targets get it when it has been forced; if the store fails first, never: no consumer sees what
 * its publisher was not promised. Confined to the publisher's loop.
 */
final class Deferred implements Receipts.Receiver {

    private final Publisher publisher;
    private final Message message;
    private final @Nullable Destination[] destinations;
    private final long[] lsns;
    private final int[] flags;
    private int size;

    Deferred(Publisher publisher, Message message, int targets) {
        this.publisher = publisher;
        this.message = message;
        message.hold();
        this.destinations = new Destination[targets];
        this.lsns = new long[targets];
        this.flags = new int[targets];
    }

    /** One target; see {@link Handover#give}. */
    void add(Destination destination, long lsn, int targetFlags) {
        destinations[size] = destination;
        lsns[size] = lsn;
        flags[size++] = targetFlags;
    }

    @Override
    public void complete(long token, PublishOutcome outcome) {
        boolean forced = !(outcome instanceof PublishOutcome.Failed);
        for (int i = 0; i < size && forced; i++) {
            Destination destination = destinations[i];
            if (destination != null) Handover.give(destination, message, lsns[i], flags[i], publisher.loop());
        }
        message.release();
        publisher.completeDeferred(token, outcome);
    }
}
