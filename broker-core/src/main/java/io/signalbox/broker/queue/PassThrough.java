package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.List;

/** What comes to a queue and does not stay: it is shown to somebody who is there, or ends. Confined to whoever drains the queue. */
final class PassThrough {

    private final QueueEffects effects;

    /** Who of several consumers was the last to see something. */
    private int last;

    // Counters: written by the draining thread, read by anyone through status().
    private long passed;
    private long dropped;

    PassThrough(QueueEffects effects) {
        this.effects = effects;
    }

    long passed() {
        return passed;
    }

    /** Of those that passed, or were in the stock, what reached nobody. */
    long dropped() {
        return dropped;
    }

    /** Shows a message to one of those who have room, in turn, or to nobody. */
    void show(Entry entry, List<Consumer> consumers) {
        Message message = entry.message;
        if (message == null || !show(entry, message, consumers)) dropped++;
        if (message != null) message.release(); // it was held on its way here
        end(entry);
    }

    /** False if nobody has room. */
    private boolean show(Entry entry, Message message, List<Consumer> consumers) {
        for (int turns = consumers.size(); turns > 0; turns--) {
            last = last + 1 < consumers.size() ? last + 1 : 0;
            Consumer consumer = consumers.get(last);
            if (!consumer.hasRoom()) continue;
            consumer.sent(entry.bodyBytes);
            effects.deliver(new Delivery(consumer, entry, message, true));
            return true;
        }
        return false;
    }

    /** The entry has ended on its way. */
    void end(Entry entry) {
        entry.endWithQueue();
        passed++;
        effects.settle(entry.lsn);
    }

    /** What was settled when it was handed over has not reached its consumer. */
    void lost() {
        dropped++;
    }
}
