package io.signalbox.broker;

import io.signalbox.broker.queue.LogTimes;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which limits are for which queue: those of the first policy that governs it. They are set before anybody is let in. Keeps the times
 * of the log, while a policy asks for the ages of messages, and has them stored now and then. Thread-safe; {@link #tick} is called by
 * one loop.
 */
final class Policies {

    private static final byte[] KEY = "log-times".getBytes(StandardCharsets.UTF_8);

    /** What the last of them was when the broker ended in a crash, a start need not know. */
    private static final long STORED_EVERY_MILLIS = 60_000;

    private final MessageStore store;
    private final StateTable table;
    private final LogTimes logTimes = new LogTimes();
    private volatile List<QueuePolicy> policies = List.of();
    private long storedMillis;
    private long storedLsn;

    Policies(MessageStore store, StateTable table) {
        this.store = store;
        this.table = table;
    }

    /** Once the table is complete. */
    void set(List<QueuePolicy> wanted) {
        policies = List.copyOf(wanted);
        for (QueuePolicy policy : wanted) {
            long ttlMillis = policy.limits().messageTtlMillis();
            if (ttlMillis != QueueLimits.NONE) logTimes.keepFor(ttlMillis);
        }
        if (logTimes.isAsked()) table.get(KEY).ifPresent(logTimes::restore);
    }

    /** Before the queue's first command. */
    void govern(MessageQueue queue) {
        policies.stream()
                .filter(policy -> policy.governs(queue.settings()))
                .findFirst()
                .ifPresent(policy -> queue.govern(policy, logTimes));
    }

    void tick(long nowMillis) {
        if (!logTimes.isAsked()) return;
        long lsn = store.durableLsn();
        logTimes.note(nowMillis, lsn);
        if (lsn == storedLsn || Math.abs(nowMillis - storedMillis) < STORED_EVERY_MILLIS) return;
        // A log that has no space at this moment is told at the next tick.
        if (store.append(new WriteBatch().put(table, KEY, logTimes.encode()).lazy()) == MessageStore.FULL) return;
        storedMillis = nowMillis;
        storedLsn = store.durableLsn();
    }
}
