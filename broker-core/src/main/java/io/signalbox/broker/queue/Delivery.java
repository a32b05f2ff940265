package io.signalbox.broker.queue;

import io.signalbox.broker.LoopEvent;
import io.signalbox.broker.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * One acquisition: one message in the hands of one subscription. Its identity is what a settlement names, so a settlement of
 * an earlier delivery of the same entry is recognised and ignored.
 */
public final class Delivery extends LoopEvent {

    final Entry entry;

    /** Who holds it now; confined to the queue. */
    Consumer owner;

    private final Subscription subscription;
    private final Message message;
    private final int deliveryCount;
    private final Annotations annotations;
    private final boolean redelivered;
    private final boolean settled;

    /** Whether the entry stays in the queue, for others to take. */
    final boolean copy;

    // Its place in the chain of what the owner has; confined to the queue.
    @Nullable
    Delivery previousAcquired;

    @Nullable
    Delivery nextAcquired;

    Delivery(Consumer consumer, Entry entry, Message message, boolean settled) {
        this.owner = consumer;
        this.subscription = consumer.subscription;
        this.entry = entry;
        this.message = message;
        // What a crash may have cut short counts as one failure: JMS takes the mark from this number, and AMQP 1.0
        // §3.2.1 has
        // it say that "the delivery might be a duplicate".
        this.deliveryCount = entry.restored ? Math.max(1, entry.deliveryCount) : entry.deliveryCount;
        this.annotations = entry.annotations;
        this.redelivered = entry.delivered;
        this.settled = settled;
        this.copy = consumer.browses();
        message.hold();
    }

    /** The message, resident. It is held for the consumer, who {@linkplain Message#release releases} it when he has read it. */
    public Message message() {
        return message;
    }

    /** See {@link io.signalbox.broker.store.TargetFlags}. */
    public int flags() {
        return entry.flags;
    }

    /** How many deliveries failed before this one, or may have by a crash (AMQP 1.0 §3.2.1). */
    public int deliveryCount() {
        return deliveryCount;
    }

    /** What earlier consumers have added to it. */
    public Annotations annotations() {
        return annotations;
    }

    /** Whether someone may have seen it before. */
    public boolean isRedelivered() {
        return redelivered;
    }

    /** Whether the queue has ended the entry already, so that there is nothing to settle. */
    public boolean isSettled() {
        return settled;
    }

    /** The LSN of the entry's enqueue record, its name in its queue; 0 for one that is only in memory. */
    public long lsn() {
        return entry.lsn;
    }

    /** The subscription it was handed to first. */
    public Subscription subscription() {
        return subscription;
    }

    @Override
    protected void onLoop() {
        subscription.receive(this);
    }
}
