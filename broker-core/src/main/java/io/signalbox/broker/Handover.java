package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.DirectSubscription;
import io.signalbox.broker.store.TargetFlags;

/** How a target gets a message that is published. Stateless. */
final class Handover {

    private Handover() {}

    /**
     * @param lsn of the enqueue record, 0 if this target has it only in memory
     * @param here the publisher's loop
     */
    static void give(Destination destination, Message message, long lsn, int flags, Loop here) {
        if (destination instanceof MessageQueue queue) {
            if (lsn != 0) {
                queue.enqueue(message, lsn, flags, here);
            } else if (passesThrough(queue, message, flags)) {
                queue.passThrough(message, flags | TargetFlags.TRANSIENT);
            } else {
                queue.enqueue(message, 0, flags | TargetFlags.TRANSIENT, here);
            }
        } else if (destination instanceof DirectSubscription subscription) {
            subscription.offer(message, flags);
        }
    }

    /** MQTT-4.3.1: what is at most once on either side is not kept for sessions that are away. */
    static boolean passesThrough(MessageQueue queue, Message message, int flags) {
        QueueSettings.Purpose purpose = queue.settings().purpose();
        boolean ofSessions = purpose == QueueSettings.Purpose.SESSION || purpose == QueueSettings.Purpose.GROUP;
        return ofSessions && (!message.envelope().durable() || TargetFlags.qos(flags) == 0);
    }
}
