package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.TargetFlags;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message in one queue, while there is more to remember of it than its bits in the {@link QueueIndex}. It is also the
 * command that brings it in, so enqueuing allocates one object. Confined to the queue once offered.
 */
final class Entry extends QueueCommand {

    private static final long DELIVERY_HEAP_BYTES = 384;
    private static final long WAITING_HEAP_BYTES = 192; // itself, and of what is its message's the part that is no body
    private static final int USUAL_ADDRESS_BYTES = 128;

    /** LSN of its enqueue record, its name together with the queue; 0 = only in memory. */
    final long lsn;

    final int flags;

    /** Of a body whose size nobody knows. */
    static final int UNKNOWN = -1;

    /** A bound of its body's size, until the message has been here; then exactly. */
    int bodyBytes;

    /** Whether its message has been here. */
    boolean isSized;

    /** Up to a second later, until the message has been here. */
    long expiresAtMillis = Envelope.NEVER;

    /** What a message of its own costs in memory, in bytes, where that is more than usual: its body and a long address. */
    int residentBytes;

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

    /** Whether the broker's budget knows it as one that waits in the mailbox. */
    private boolean waits;

    /** Whether its body was read back from the log. */
    boolean readBack;

    boolean ended;

    /** Nobody may have it any more, but it cannot end while its body is being read. */
    boolean doomed;

    /** The only name of a consumer that may have it; null = any may. */
    @Nullable
    String reservedFor;

    /** Consumers that said undeliverable-here. */
    private @Nullable List<Consumer> refusedBy;

    Entry(long lsn, int flags, Message message) {
        this.lsn = lsn;
        this.flags = TargetFlags.checked(flags);
        come(message);
    }

    /** One that has been bits only, at this place. */
    static Entry of(Lane lane, long place) {
        long arrival = Order.arrival(place);
        Chunk chunk = lane.chunk(arrival);
        int slot = lane.slot(arrival);
        SlotMarks marks = chunk.marks();
        Entry entry = new Entry(chunk.lsn(slot), marks.flags(slot), marks.bodyBytesBound(slot), place);
        entry.deliveryCount = marks.failures(slot);
        entry.expiresAtMillis = SlotTimes.millis(marks.expiry(slot));
        entry.restored = lane.isRestored(arrival);
        entry.delivered = entry.restored || marks.isDelivered(slot); // whether an earlier life's was seen is not known
        return entry;
    }

    /** Its message is in the log. */
    private Entry(long lsn, int flags, int mostBodyBytes, long seq) {
        this.lsn = lsn;
        this.flags = flags;
        this.bodyBytes = mostBodyBytes;
        this.residentBytes = mostBodyBytes;
        this.seq = seq;
    }

    /** Its message is here. */
    void come(Message itsMessage) {
        int addressBytes = itsMessage.envelope().address().length();
        bodyBytes = itsMessage.body().size();
        isSized = true;
        residentBytes = addressBytes > USUAL_ADDRESS_BYTES ? bodyBytes + addressBytes : bodyBytes;
        expiresAtMillis = itsMessage.envelope().expiresAtMillis();
        message = itsMessage;
    }

    /** Whether there is more to remember of it than its bits in the index. */
    boolean isMoreThanBits() {
        return lsn == 0
                || message != null
                || loading
                || delivery != null
                || reservedFor != null
                || !annotations.isEmpty()
                || (refusedBy != null && !refusedBy.isEmpty());
    }

    /** It ends with its queue. */
    void endWithQueue() {
        ended = true;
        message = null;
        delivery = null;
    }

    @Override
    void applyTo(QueueState state) {
        state.enqueue(this);
    }

    /** It may wait in the mailbox for longer than its publisher is at work, so that the budget is to know it. On the publisher's loop. */
    void beginToWait(MemoryBudget memory) {
        waits = true;
        memory.hold(WAITING_HEAP_BYTES + residentBytes);
    }

    /** It is applied; what it costs from now on, the queue tells. */
    void endToWait(MemoryBudget memory) {
        if (!waits) return;
        waits = false;
        memory.hold(-WAITING_HEAP_BYTES - residentBytes);
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
        if (reservedFor != null && !reservedFor.equals(consumer.subscription.name())) return true;
        return refusedBy != null && refusedBy.contains(consumer);
    }
}
