package io.signalbox.mqtt;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the queues whose messages pass through a session's {@link OutboundWindow}: its own, or one that it shares with
 * others. Grants the queue its part of the window and settles with it. Confined to the session's loop.
 */
final class WindowSource implements DeliveryListener {

    /** Whose source it is. */
    interface Owner {

        /** Its queue was removed by someone else. */
        void onQueueGone(WindowSource source);
    }

    private static final long UNKNOWN = -1;

    private final OutboundWindow window;
    private final Owner owner;
    private DeliveryTerms terms;

    /** What the client may have of QoS 2, at the end of the connection: nobody else gets it (MQTT-4.8.2-4). */
    private List<Delivery> reserved = List.of();

    private @Nullable MessageQueue queue;
    private @Nullable Subscription subscription;
    private long received;
    private long settled;
    private long granted = UNKNOWN;
    private boolean ending;

    WindowSource(OutboundWindow window, Owner owner, DeliveryTerms terms) {
        this.window = window;
        this.owner = owner;
        this.terms = terms;
    }

    /** Consumes from this queue, for as long as the connection stands. The window is attached. */
    void begin(MessageQueue from, ListenerLoop loop, String clientId) {
        goOn(from.subscribe(loop.sessions(), clientId, this));
    }

    /** As {@link #begin}, with a subscription that nothing has come by yet. */
    void goOn(Subscription from) {
        queue = from.queue();
        subscription = from;
        window.add(this);
    }

    /**
     * Whether it is the session's own queue. What of that is not acknowledged when the connection ends waits for its client and keeps
     * its packet identifier (MQTT-4.4.0-1); of others it goes back, for whoever takes it next (MQTT 5.0 §4.8.2).
     */
    private boolean isOwn() {
        return terms.equals(DeliveryTerms.OWN);
    }

    DeliveryTerms terms() {
        return terms;
    }

    /** What comes from now on is sent so. */
    void deliverAs(DeliveryTerms changed) {
        terms = changed;
    }

    /** Nothing new comes from the queue; what has been sent is completed (MQTT-3.10.4-3). */
    void finish() {
        ending = true;
        window.giveBackWaiting(this);
        closeIfDone();
    }

    private void closeIfDone() {
        Subscription present = subscription;
        if (!ending || present == null || received != settled) return;
        present.close();
        subscription = null;
        window.remove(this);
    }

    MessageQueue queue() {
        MessageQueue present = queue;
        if (present == null) throw new IllegalStateException("a message from a queue that is not consumed");
        return present;
    }

    /** The connection is gone: what was in flight goes back to its place in the queue. */
    void close() {
        if (subscription != null) subscription.close(reserved);
        subscription = null;
        reserved = List.of();
    }

    /** Whether a message in flight keeps its identifier, now that the connection is about to go. */
    boolean keep(Outgoing message, Delivery delivery) {
        if (subscription == null || delivery.lsn() == 0) return false;
        if (message.qos < 2) return isOwn();
        if (ending) {
            // Nobody will come back for it, and nobody else may have it.
            subscription.settle(delivery, new Outcome.Rejected("UNSUBSCRIBED"));
            return false;
        }
        reserved = Few.with(reserved, delivery);
        return true;
    }

    /** MQTT-3.8.4-8, MQTT-4.8.2-3. A queue that is shared knows the highest QoS of all who share it, not this one's. */
    int qosOf(Delivery delivery) {
        int granted = isOwn() ? TargetFlags.qos(delivery.flags()) : terms.maximumQos();
        return Math.max(1, PublishMarks.deliveredQos(delivery.message().envelope(), granted));
    }

    /** Lets so many of its messages be unacknowledged; none of them beyond what is on its way if {@code share} is 0. */
    void grant(int share) {
        Subscription from = subscription;
        if (from == null) return;
        long limit = share == 0 || ending ? received : settled + share;
        if (limit == granted) return;
        granted = limit;
        from.grantUpTo(limit);
    }

    void settle(Delivery delivery, Outcome outcome) {
        Subscription from = subscription;
        if (from == null) return;
        settled++;
        from.settle(delivery, outcome);
        closeIfDone();
    }

    /**
     * The client has a message, and {@code change} says so in the record of the settlement; that it is durable is heard
     * later. False if the queue is gone, and the message with it.
     */
    boolean settleReceived(Delivery delivery, int packetId, TableChange change) {
        Subscription from = subscription;
        if (from == null) return false;
        from.settle(delivery, Outcome.ACCEPTED, packetId, List.of(change));
        return true;
    }

    /** The client has a message, and nobody waits for that to be durable. */
    void settleReceived(Delivery delivery) {
        if (subscription != null) subscription.settle(delivery, Outcome.ACCEPTED);
    }

    /** A message that was settled before is over, and makes room. */
    void completed() {
        settled++;
        closeIfDone();
    }

    @Override
    public void onDelivery(Delivery delivery) {
        if (delivery.isSettled()) {
            window.sendAtMostOnce(delivery, terms);
            delivery.message().release();
            return;
        }
        delivery.message().release(); // its entry keeps it until it is settled, and whoever sends it then has it
        received++;
        if (ending) {
            settle(delivery, Outcome.RELEASED);
        } else if (terms.maximumQos() > 0
                && !PublishMarks.isAtMostOnce(delivery.message().envelope())) {
            window.take(this, delivery);
        } else if (window.hasRoom()) {
            window.sendAtMostOnce(delivery, terms); // MQTT-3.8.4-8, MQTT-4.8.2-3
            settle(delivery, Outcome.ACCEPTED);
        } else {
            settle(delivery, Outcome.RELEASED); // others may keep up better
        }
    }

    @Override
    public void onBatchEnd() {
        window.grant();
        window.flush();
    }

    @Override
    public void onSettled(long token) {
        window.confirmed((int) token);
    }

    @Override
    public void onQueueDeleted() {
        subscription = null;
        window.remove(this);
        if (isOwn()) window.forget(this);
        window.forgetAwaited(this);
        if (!ending) owner.onQueueGone(this);
    }
}
