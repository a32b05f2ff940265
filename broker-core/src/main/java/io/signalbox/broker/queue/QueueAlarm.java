package io.signalbox.broker.queue;

import io.signalbox.broker.Alarm;

/** Wakes a queue when something of it is due. On the queue's home loop. */
final class QueueAlarm extends Alarm {
    private final MessageQueue queue;

    QueueAlarm(MessageQueue queue) {
        this.queue = queue;
    }

    @Override
    protected void ring() {
        queue.submit(new QueueCommand.Wake());
    }
}
