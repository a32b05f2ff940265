package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What publishers ask before a message is stored for a queue that refuses what it has no room for: what waits there, and what is on
 * its way. A message that comes while another goes over from one to the other may be refused for want of one place; none comes beyond
 * the limit. Thread-safe: publishers reserve, the queue tells what waits.
 */
public final class QueueQuota {

    /** Of a queue without limits. */
    static final QueueQuota UNLIMITED = new QueueQuota(Optional.empty());

    private final Optional<QueuePolicy> policy;
    private final QueueLimits limits;
    private final boolean refuses;
    private final AtomicLong comingMessages = new AtomicLong();
    private final AtomicLong comingBytes = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    // Written by the queue, before what they count is not coming any more.
    private volatile long waitingMessages;
    private volatile long waitingBytes;

    private QueueQuota(Optional<QueuePolicy> policy) {
        this.policy = policy;
        this.limits = policy.map(QueuePolicy::limits).orElse(QueueLimits.UNLIMITED);
        this.refuses = limits.overflow() == Overflow.REJECT_PUBLISH;
    }

    static QueueQuota of(QueuePolicy policy) {
        return new QueueQuota(Optional.of(policy));
    }

    /** What the queue is limited by. */
    public Optional<QueuePolicy> policy() {
        return policy;
    }

    QueueLimits limits() {
        return limits;
    }

    /** Publishers that were refused. */
    long refused() {
        return refused.sum();
    }

    /** Whether there is room for a message; then it is on its way, or {@link #giveBack} says that it is not. */
    public boolean reserve(Message message) {
        if (!refuses) return true;
        int bodyBytes = message.body().size();
        long messages = comingMessages.incrementAndGet();
        long bytes = comingBytes.addAndGet(bodyBytes);
        if (waitingMessages + messages <= limits.maxLength() && waitingBytes + bytes <= limits.maxLengthBytes()) {
            return true;
        }
        giveBack(bodyBytes);
        refused.increment();
        return false;
    }

    /** The message for which a place was reserved does not come. */
    public void giveBack(Message message) {
        if (refuses) giveBack(message.body().size());
    }

    private void giveBack(int bodyBytes) {
        comingMessages.decrementAndGet();
        comingBytes.addAndGet(-bodyBytes);
    }

    /** A message has come for which a place was reserved: it is among those that wait now. */
    void arrived(int bodyBytes) {
        if (refuses) giveBack(bodyBytes);
    }

    /** The queue has so much now. */
    void waiting(long messages, long bytes) {
        if (!refuses) return;
        waitingMessages = messages;
        waitingBytes = bytes;
    }
}
