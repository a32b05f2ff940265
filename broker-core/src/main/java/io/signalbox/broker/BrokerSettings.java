package io.signalbox.broker;

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
 */
public record BrokerSettings(
        MessageStore store,
        List<? extends Executor> eventLoops,
        InstantSource clock,
        BiConsumer<Long, Long> recoveryProgress) {

    public BrokerSettings {
        eventLoops = List.copyOf(eventLoops);
        if (eventLoops.isEmpty()) throw new IllegalArgumentException("a broker needs at least one event loop");
    }
}
