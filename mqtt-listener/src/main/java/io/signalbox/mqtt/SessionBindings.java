package io.signalbox.mqtt;

import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;

/**
 * Lets a session's own filters lead to its queue or, while it has none since all are QoS 0, straight to its connection. The session
 * remembers which. Confined to the session's loop.
 */
final class SessionBindings implements DirectListener {

    private final MqttSession session;

    SessionBindings(MqttSession session) {
        this.session = session;
    }

    private VirtualHost host() {
        return session.loop().context().host();
    }

    void add(SessionSubscription subscription) {
        host().topics().addBinding(subscription.binding(destination(), session));
    }

    void remove(String filter) {
        host().topics().removeBinding(filter, destination()); // MQTT-3.10.4-2
    }

    /** The session has got a queue. */
    void turnTo(MessageQueue queue) {
        closeDirect();
        session.leadTo(queue);
        addAll();
    }

    void addAll() {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            if (subscription.kind() == FilterKind.TOPICS) add(subscription);
        }
    }

    void removeAll() {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            if (subscription.kind() == FilterKind.TOPICS) remove(subscription.filter());
        }
    }

    /** Nothing goes past the queue any more. */
    void closeDirect() {
        if (!(session.destination() instanceof DirectSubscription direct)) return;
        removeAll();
        direct.close();
        session.leadTo(null);
    }

    private Destination destination() {
        Destination present = session.destination();
        if (present != null) return present;
        DirectSubscription direct = host().openDirect(session.loop().core(), this);
        session.leadTo(direct);
        return direct;
    }

    /** QoS 0 on its way past any queue. */
    @Override
    public void onMessage(Message message, int flags) {
        PublishSender to = session.connection();
        if (to != null) to.sendAtMostOnce(message, flags, DeliveryTerms.OWN);
        message.release();
    }

    @Override
    public void onBatchEnd() {
        PublishSender to = session.connection();
        if (to != null) to.flush();
    }
}
