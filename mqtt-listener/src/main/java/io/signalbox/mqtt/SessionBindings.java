package io.signalbox.mqtt;

import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a session's own filters lead: to its queue or, while it has none since all are QoS 0, straight to its connection.
 * Confined to the session's loop.
 */
final class SessionBindings implements DirectListener {

    private final MqttSession session;
    private @Nullable DirectSubscription direct;

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
        addAll(queue);
    }

    void addAll() {
        addAll(destination());
    }

    private void addAll(Destination destination) {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            if (subscription.kind() == FilterKind.TOPICS)
                host().topics().addBinding(subscription.binding(destination, session));
        }
    }

    void removeAll(Destination destination) {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            if (subscription.kind() == FilterKind.TOPICS)
                host().topics().removeBinding(subscription.filter(), destination);
        }
    }

    /** Nothing goes past the queue any more, if there is one. */
    void closeDirect() {
        DirectSubscription present = direct;
        if (present == null) return;
        removeAll(present);
        present.close();
        direct = null;
    }

    private Destination destination() {
        Optional<MessageQueue> queue = session.queue();
        if (queue.isPresent()) return queue.get();
        DirectSubscription open = direct;
        if (open == null) {
            open = host().openDirect(session.loop().core(), this);
            direct = open;
        }
        return open;
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
