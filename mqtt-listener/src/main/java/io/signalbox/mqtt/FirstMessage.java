package io.signalbox.mqtt;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Subscription;

/**
 * Waits for the first message of a session's own queue, and then makes what sends it: there may be very many sessions that nothing
 * comes for. Confined to the session's loop.
 */
final class FirstMessage implements DeliveryListener {

    private final MqttSession session;

    private FirstMessage(MqttSession session) {
        this.session = session;
    }

    /** @param window how many messages the client takes unacknowledged */
    static Subscription await(MqttSession session, MessageQueue queue, int window) {
        FirstMessage first = new FirstMessage(session);
        Subscription subscription = queue.subscribe(session.loop().sessions(), session.clientId(), first);
        subscription.grantUpTo(window);
        return subscription;
    }

    @Override
    public void onDelivery(Delivery delivery) {
        Subscription subscription = delivery.subscription();
        WindowSource source = session.sendOwn();
        source.goOn(subscription);
        subscription.tell(source);
        source.onDelivery(delivery);
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onDrained() {}

    @Override
    public void onSettled(long token) {}

    @Override
    public void onQueueDeleted() {
        session.onQueueGone();
    }
}
