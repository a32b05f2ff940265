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

    private static final long DELIVERY_HEAP_BYTES = 384;
    private static final int USUAL_ADDRESS_BYTES = 128;

    /** LSN of its enqueue record, its name together with the queue; 0 = only in memory. */
    final long lsn;

    final int flags;
    final int bodyBytes;
    final long expiresAtMillis;

    /** What a message of its own costs in memory, in bytes, where that is more than usual: its body and a long address. */
    final int residentBytes;

    /** 0 to 9. */
    final byte priority;

    /** Place in the order of the queue, see {@link Order}. */
    long seq;

    /** Resident message; null while it is only in the log, or with a consumer that can be asked to give it back. */
    @Nullable
    Message message;

    /** The current acquisition; null while the entry is ready. */
    @Nullable
    Delivery delivery;

    int deliveryCount;
    /** What consumers have added to it. */
    Annotations annotations = Annotations.NONE;

    boolean delivered;

    /** Whether an earlier life of the broker may have delivered it and not heard the outcome. */
    boolean restored;

    boolean loading;

    /** Whether its body counts among the queue's resident bytes. */
    boolean counted;

    /** Whether its body was read back from the log. */
    boolean readBack;

    boolean ended;

    /** Nobody may have it any more, but it cannot end while its body is being read. */
    boolean doomed;

    /** Its number among those set aside late ({@link AsideEntries}); 0 = it is none of them. */
    long lateNumber;

    /** The only name of a consumer that may have it; null = any may. */
    @Nullable
    String reservedFor;

    /** Consumers that said undeliverable-here. */
    private @Nullable List<Consumer> refusedBy;

    Entry(long lsn, int flags, Message message) {
        this.lsn = lsn;
        this.flags = flags;
        this.bodyBytes = message.body().size();
        int addressBytes = message.envelope().address().length();
        this.residentBytes = addressBytes > USUAL_ADDRESS_BYTES ? bodyBytes + addressBytes : bodyBytes;
        this.expiresAtMillis = message.envelope().expiresAtMillis();
        this.priority = (byte) message.envelope().priority();
        this.message = message.body() instanceof Body.Inline ? message : null;
    }

    private Entry() {
        this.lsn = 0;
        this.flags = 0;
        this.bodyBytes = 0;
        this.residentBytes = 0;
        this.expiresAtMillis = 0;
        this.priority = 0;
    }

    /** No message, but something to compare the places of others with. */
    static Entry probe() {
        return new Entry();
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

    /** Heap, in bytes, that it costs while a consumer has it: its message, and what both sides remember of the delivery. */
    long unsettledBytes() {
        return residentBytes + DELIVERY_HEAP_BYTES;
    }

    /** Whether it is not for this consumer. */
    boolean isRefusedBy(Consumer consumer) {
        if (reservedFor != null && !reservedFor.equals(consumer.name)) return true;
        return refusedBy != null && refusedBy.contains(consumer);
    }
}
