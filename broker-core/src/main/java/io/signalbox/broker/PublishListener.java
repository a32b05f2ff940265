package io.signalbox.broker;

/** The publishing side of a connection or link. Every method is called on the publisher's event loop. */
public interface PublishListener {

    /**
     * What became of a message, in the order of publishing. For a durable message with a durable target it comes after the
     * force.
     */
    void onOutcome(long token, PublishOutcome outcome);

    /** After the last of a batch of outcomes: the time to flush. */
    void onOutcomesEnd();

    /**
     * Space is there again: what was parked is on its way, publishing may go on. Or the disk has room again, for who asked by {@link
     * Publisher#awaitRoom}.
     */
    void onUnblocked();
}
