package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** Who of several has room and is next in turn; null if nobody has room. */
    @Nullable
    Consumer next(List<Consumer> consumers) {
        for (int turns = consumers.size(); turns > 0; turns--) {
            last = last + 1 < consumers.size() ? last + 1 : 0;
            Consumer consumer = consumers.get(last);
            if (consumer.hasRoom()) return consumer;
        }
        return null;
    }

    /** Shows a message to one who is there, if he has room, or to nobody. */
    void show(Entry entry, @Nullable Consumer consumer) {
        Message message = entry.message;
        if (message != null && consumer != null && consumer.hasRoom()) {
            consumer.sent(entry.bodyBytes);
            effects.deliver(new Delivery(consumer, entry, message, true));
        } else {
            dropped++;
        }
        if (message != null) message.release(); // it was held on its way here
        end(entry);
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
