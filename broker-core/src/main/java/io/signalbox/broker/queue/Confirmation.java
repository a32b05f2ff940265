package io.signalbox.broker.queue;

import io.signalbox.broker.LoopEvent;

/**
 * A settlement whose consumer wants to know; goes to its loop with the LSN to wait for. Confined to whoever drains the queue
 * until it is posted.
 */
final class Confirmation extends LoopEvent {
    private final Subscription subscription;
    private final long token;
    private long lsn;

    Confirmation(Subscription subscription, long token) {
        this.subscription = subscription;
        this.token = token;
    }

    void post(long appendedAt) {
        lsn = appendedAt;
        subscription.loop().post(this);
    }

    @Override
    protected void onLoop() {
        subscription.receiveConfirmation(lsn, token);
    }
}
