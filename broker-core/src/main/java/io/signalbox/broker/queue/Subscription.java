package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;
import io.signalbox.broker.LoopEvent;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Receipts;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.Collection;
import java.util.List;

/**
 * A consumer's claim on a queue. Confined to its event loop; nothing is delivered before the first {@link #grantUpTo}.
 */
public final class Subscription extends Loop.Flushable implements Receipts.Receiver {

    private final MessageQueue queue;
    private final String id;
    private DeliveryListener listener;
    private final Consumer consumer;
    private boolean closed;

    /** @param id among those that share the settings; empty if it has them alone */
    Subscription(MessageQueue queue, SubscriptionSettings settings, String id, DeliveryListener listener) {
        this.queue = queue;
        this.id = id;
        this.listener = listener;
        this.consumer = new Consumer(this, settings);
    }

    public MessageQueue queue() {
        return queue;
    }

    /** The loop it is confined to. */
    Loop loop() {
        return consumer.settings.loop();
    }

    /** What was reserved for this name is for it. */
    String name() {
        return consumer.settings.nameOf(id);
    }

    /** Another listener hears what comes from now on. */
    public void tell(DeliveryListener other) {
        listener = other;
    }

    /**
     * Allows deliveries up to this number in all since the subscription began. AMQP: delivery-count plus link-credit; MQTT:
     * settled plus receive maximum. It may go down; what is on its way by then still arrives.
     */
    public void grantUpTo(long limit) {
        submit(new QueueCommand.Grant(consumer, limit, QueueCommand.Grant.Wish.NONE));
    }

    /**
     * Delivers what can be delivered within the limit, then calls {@link DeliveryListener#onDrained}; of several calls the last
     * one's answer says so, and each has one.
     */
    public void drain() {
        submit(new QueueCommand.Grant(consumer, QueueCommand.Grant.UNCHANGED, QueueCommand.Grant.Wish.DRAIN));
    }

    /** Settles a delivery. Nobody is told; a crash within 50 ms may bring it back, marked redelivered. */
    public void settle(Delivery delivery, Outcome outcome) {
        submit(new QueueCommand.Settle(this, delivery, outcome, QueueCommand.Settle.NO_ANSWER, List.of()));
    }

    /** Settles a delivery; {@link DeliveryListener#onSettled} with the token follows when that is durable. */
    public void settle(Delivery delivery, Outcome outcome, long token) {
        settle(delivery, outcome, token, List.of());
    }

    /** Settles a delivery, and changes tables in the same record, so that both hold after a crash or neither does. */
    public void settle(Delivery delivery, Outcome outcome, long token, List<TableChange> changes) {
        if (token == QueueCommand.Settle.NO_ANSWER) throw new IllegalArgumentException("token " + token);
        submit(new QueueCommand.Settle(this, delivery, outcome, token, changes));
    }

    /** Leaves the queue. What was not settled is released to its old place. The listener hears nothing more. */
    public void close() {
        close(List.of());
    }

    /**
     * Leaves the queue as {@link #close()}, but what is in {@code reserved}, deliveries that this subscription holds, comes
     * back to nobody but a subscription of the same name; until then it does not expire. {@link
     * MessageQueue#endReserved} ends the wait.
     */
    public void close(Collection<Delivery> reserved) {
        if (closed) return;
        submit(new QueueCommand.Detach(consumer, List.copyOf(reserved)));
        closed = true;
    }

    private void submit(QueueCommand command) {
        if (!closed) queue.submit(command);
    }

    Consumer consumer() {
        return consumer;
    }

    /** On the loop: one delivery has arrived. */
    void receive(Delivery delivery) {
        if (consumer.received(delivery.entry.bodyBytes)) {
            submit(new QueueCommand.Grant(consumer, QueueCommand.Grant.UNCHANGED, QueueCommand.Grant.Wish.NONE));
        }
        if (closed) {
            delivery.message().release();
            withdrawn(delivery);
            return;
        }
        listener.onDelivery(delivery);
        loop().touch(this);
    }

    /** A delivery does not reach its consumer, which is about to leave or has left: one that was settled already is counted as dropped. */
    public void withdrawn(Delivery delivery) {
        if (delivery.isSettled() && !delivery.copy) queue.submit(new QueueCommand.Lost());
    }

    /** Does something of its own there. Any thread. */
    void onLoop(Runnable task) {
        loop().post(LoopEvent.of(task));
    }

    void receiveDrained() {
        if (closed) return;
        listener.onDrained();
        loop().touch(this);
    }

    void receiveDeleted() {
        if (closed) return;
        closed = true;
        listener.onQueueDeleted();
    }

    /** On the loop: the settlement with this token is in the log at {@code lsn}. */
    void receiveConfirmation(long lsn, long token) {
        loop().receipts().add(lsn, this, token, PublishOutcome.STORED);
    }

    @Override
    public void complete(long token, PublishOutcome outcome) {
        // After a failed store nothing is confirmed; the connection is closed for it.
        if (closed || !(outcome instanceof PublishOutcome.Stored)) return;
        listener.onSettled(token);
        loop().touch(this);
    }

    @Override
    protected void flush() {
        if (!closed) listener.onBatchEnd();
    }
}
