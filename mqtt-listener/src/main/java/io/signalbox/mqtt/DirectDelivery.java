package io.signalbox.mqtt;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.DirectListener;

/** QoS 0 messages on their way to a client past any queue. Confined to the session's loop. */
final class DirectDelivery implements DirectListener {

    private final MqttSession session;

    DirectDelivery(MqttSession session) {
        this.session = session;
    }

    @Override
    public void onMessage(Message message, int flags) {
        PublishSender to = session.connection();
        if (to != null) to.sendAtMostOnce(message, DeliveryTerms.OWN);
    }

    @Override
    public void onBatchEnd() {
        PublishSender to = session.connection();
        if (to != null) to.flush();
    }
}
