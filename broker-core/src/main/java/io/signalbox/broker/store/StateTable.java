package io.signalbox.broker.store;

import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A durable map from bytes to bytes: queues, bindings, sessions, subscriptions. Read here, written only through
 * {@link WriteBatch#put} and {@link WriteBatch#remove}. Reads see a change as soon as its append has returned, which is
 * before it is durable: whoever answers a client waits for the force. Thread-safe; arrays are not to be changed.
 */
public interface StateTable {
    String name();

    Optional<byte[]> get(byte[] key);

    /** Visits every pair; weakly consistent with changes made meanwhile. */
    void forEach(BiConsumer<byte[], byte[]> visitor);

    int size();

    /**
     * Forgets a pair without a record, unless its value is another one by now: for what is void anyway, as an expired
     * message is. It may be back after a restart.
     */
    void discard(byte[] key, byte[] value);
}
