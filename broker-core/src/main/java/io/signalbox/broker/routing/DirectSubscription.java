package io.signalbox.broker.routing;

import io.signalbox.broker.BrokerCounters;
import io.signalbox.broker.Loop;
import io.signalbox.broker.LoopEvent;
import io.signalbox.broker.message.Message;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A consumer without a queue, at most once (MQTT-4.3.1): a message goes straight to its event loop. What its loop does not
 * keep up with is dropped and counted, so a slow consumer costs bounded memory and nobody else's time.
 */
public final class DirectSubscription extends Loop.Flushable implements Destination {

    /** Bytes handed to the loop and not yet seen by the listener; one more message is let in below it. */
    private static final int MAX_IN_TRANSIT_BYTES = 4 << 20;

    /** What a small message costs beyond its body, in bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 64;

    private final Loop loop;
    private final BrokerCounters counters;
    private final DirectListener listener;
    private final AtomicInteger inTransitBytes = new AtomicInteger();
    private volatile boolean closed;

    public DirectSubscription(Loop loop, BrokerCounters counters, DirectListener listener) {
        this.loop = loop;
        this.counters = counters;
        this.listener = listener;
    }

    @Override
    public void route(Message message, Object origin, int flags, Matches matches) {
        matches.add(this, flags);
    }

    /** Hands a message to the loop, or drops and counts it. Any thread. */
    public void offer(Message message, int flags) {
        int bytes = message.body().size() + MESSAGE_OVERHEAD_BYTES;
        if (closed || inTransitBytes.get() >= MAX_IN_TRANSIT_BYTES || !message.hold()) {
            counters.droppedDirect.increment();
            return;
        }
        inTransitBytes.addAndGet(bytes);
        loop.post(new Arrival(message, flags, bytes));
    }

    /** Nothing is handed over any more. On the loop. */
    public void close() {
        closed = true;
    }

    @Override
    protected void flush() {
        if (!closed) listener.onBatchEnd();
    }

    private final class Arrival extends LoopEvent {
        private final Message message;
        private final int flags;
        private final int bytes;

        Arrival(Message message, int flags, int bytes) {
            this.message = message;
            this.flags = flags;
            this.bytes = bytes;
        }

        @Override
        protected void onLoop() {
            inTransitBytes.addAndGet(-bytes);
            if (closed) {
                message.release();
                counters.droppedDirect.increment();
                return;
            }
            listener.onMessage(message, flags);
            loop.touch(DirectSubscription.this);
        }
    }
}
