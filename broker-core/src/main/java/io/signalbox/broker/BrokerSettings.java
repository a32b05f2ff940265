package io.signalbox.broker;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.retained.RetainedLimits;
import io.signalbox.broker.store.MessageStore;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * What a broker is made of.
 *
 * @param store not yet recovered; the broker recovers and closes it
 * @param eventLoops the loops that listeners run their connections on; each runs one task at a time
 * @param recoveryProgress told bytes done and bytes in all while the log is read
 * @param formats of the messages that may be retained
 * @param retained how many may be
 * @param memory what the queues may hold of the heap; of this broker alone
 */
public record BrokerSettings(
        MessageStore store,
        List<? extends Executor> eventLoops,
        InstantSource clock,
        BiConsumer<Long, Long> recoveryProgress,
        MessageFormats formats,
        RetainedLimits retained,
        MemoryBudget memory) {

    public BrokerSettings {
        eventLoops = List.copyOf(eventLoops);
        if (eventLoops.isEmpty()) throw new IllegalArgumentException("a broker needs at least one event loop");
    }

    /** For a broker that has the process to itself. */
    public BrokerSettings(
            MessageStore store,
            List<? extends Executor> eventLoops,
            InstantSource clock,
            BiConsumer<Long, Long> recoveryProgress,
            MessageFormats formats,
            RetainedLimits retained) {
        this(store, eventLoops, clock, recoveryProgress, formats, retained, MemoryBudget.ofThisProcess());
    }

    /** The same with another budget. */
    public BrokerSettings within(MemoryBudget budget) {
        return new BrokerSettings(store, eventLoops, clock, recoveryProgress, formats, retained, budget);
    }

    /** For a broker in which nothing is retained. */
    public BrokerSettings(
            MessageStore store,
            List<? extends Executor> eventLoops,
            InstantSource clock,
            BiConsumer<Long, Long> recoveryProgress) {
        this(store, eventLoops, clock, recoveryProgress, MessageFormats.of(), RetainedLimits.DEFAULT);
    }
}
