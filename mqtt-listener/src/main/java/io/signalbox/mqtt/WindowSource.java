package io.signalbox.mqtt;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the queues whose messages pass through a session's {@link OutboundWindow}: its own, or one that it shares with
 * others. Grants the queue its part of the window and settles with it. Confined to the session's loop.
 */
final class WindowSource implements DeliveryListener {

    /** What becomes of messages that are not acknowledged when the connection ends. */
    enum Unacknowledged {
        /** They wait for their client, and keep their packet identifiers (MQTT-4.4.0-1). */
        KEPT,
        /** They go back to the queue, for whoever takes them next (MQTT 5.0 §4.8.2). */
        RETURNED
    }

    private final OutboundWindow window;
    private final Unacknowledged unacknowledged;
    private final Runnable onQueueGone;
    private DeliveryTerms terms;

    /** Identifiers that were in flight when the last connection ended, by the name of their entry. */
    private final Map<Long, Integer> resumed = new HashMap<>(0);

    private @Nullable Subscription subscription;
    private long received;
    private long settled;
    private long granted;
    private boolean ending;

    /** @param onQueueGone told when the queue was removed by someone else */
    WindowSource(OutboundWindow window, Unacknowledged unacknowledged, DeliveryTerms terms, Runnable onQueueGone) {
        this.window = window;
        this.unacknowledged = unacknowledged;
        this.terms = terms;
        this.onQueueGone = onQueueGone;
    }

    /** Consumes from this queue, for as long as the connection stands. The window is attached. */
    void begin(MessageQueue queue, SubscriptionSettings wanted) {
        received = 0;
        settled = 0;
        granted = 0;
        subscription = queue.subscribe(wanted, this);
        window.add(this);
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

    /** The connection is gone: what was in flight goes back to its place in the queue. */
    void close() {
        if (subscription != null) subscription.close();
        subscription = null;
    }

    /** Whether a message in flight keeps its identifier, now that the connection is gone. */
    boolean keep(Delivery delivery, int packetId) {
        if (unacknowledged == Unacknowledged.RETURNED || delivery.lsn() == 0) return false;
        resumed.put(delivery.lsn(), packetId);
        return true;
    }

    /** Whether a message has an identifier from an earlier connection. */
    boolean isResumed(Delivery delivery) {
        return resumed.containsKey(delivery.lsn());
    }

    /** The identifier that a message had on an earlier connection; {@link OutboundWindow#FREE} if it had none. */
    int resume(Delivery delivery) {
        if (resumed.isEmpty()) return OutboundWindow.FREE;
        Integer packetId = resumed.remove(delivery.lsn());
        if (packetId != null) return packetId;
        forgetResumed();
        return OutboundWindow.FREE;
    }

    /** What was in flight comes back first; what is missing has expired, and its identifiers are free. */
    private void forgetResumed() {
        resumed.values().forEach(window::free);
        resumed.clear();
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

    @Override
    public void onDelivery(Delivery delivery) {
        if (delivery.isSettled()) {
            window.sendAtMostOnce(delivery.message(), terms);
            return;
        }
        received++;
        if (ending) {
            settle(delivery, Outcome.RELEASED);
        } else if (terms.maximumQos() > 0) {
            window.take(this, delivery);
        } else if (window.hasRoom()) {
            window.sendAtMostOnce(delivery.message(), terms); // MQTT-4.8.2-3
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
    public void onDrained() {}

    @Override
    public void onSettled(long token) {}

    @Override
    public void onQueueDeleted() {
        subscription = null;
        window.remove(this);
        if (unacknowledged == Unacknowledged.KEPT) window.forget(this);
        forgetResumed();
        if (!ending) onQueueGone.run();
    }
}
