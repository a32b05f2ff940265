package io.signalbox.broker.queue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message in one queue. It is also the command that brings it in, so enqueuing allocates one object. Confined to the
 * queue once offered.
 */
final class Entry extends QueueCommand {

    /** LSN of its enqueue record, its name together with the queue; 0 = only in memory. */
    final long lsn;

    final int flags;
    final int bodyBytes;
    final long expiresAtMillis;

    /** Place in the order of arrival. */
    long seq;

    /** Resident message; null while it is only in the log, or with a consumer that can be asked to give it back. */
    @Nullable
    Message message;

    /** The current acquisition; null while the entry is ready. */
    @Nullable
    Delivery delivery;

    int deliveryCount;
    boolean delivered;
    boolean loading;

    /** Whether its body counts among the queue's resident bytes. */
    boolean counted;

    /** Whether its body was read back from the log. */
    boolean readBack;

    boolean ended;

    /** For whom it was taken from those set aside; null = it was not. */
    @Nullable
    Consumer restoredFor;

    /** Consumers that said undeliverable-here. */
    private @Nullable List<Consumer> refusedBy;

    Entry(long lsn, int flags, Message message) {
        this.lsn = lsn;
        this.flags = flags;
        this.bodyBytes = message.body().size();
        this.expiresAtMillis = message.envelope().expiresAtMillis();
        this.message = message.body() instanceof Body.Inline ? message : null;
    }

    @Override
    void applyTo(QueueState state) {
        state.enqueue(this);
    }

    void refuse(Consumer consumer) {
        List<Consumer> list = refusedBy;
        if (list == null) refusedBy = list = new ArrayList<>(1);
        list.removeIf(earlier -> !earlier.attached); // one that has left takes nothing any more
        list.add(consumer);
    }

    boolean isRefusedBy(Consumer consumer) {
        return refusedBy != null && refusedBy.contains(consumer);
    }
}
