package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Matches;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import org.jspecify.annotations.Nullable;

/**
 * Of one publisher's message what goes to the log: one record for all targets, or, where these are more than one takes, a {@link
 * FanOut}. Confined to the publisher's loop.
 */
final class LogTargets {

    private final MessageStore store;

    /** The loop's, which all of its publishers share. */
    private final WriteBatch batch;

    /** Of a message that has found no space for all of it, until it is attempted again. */
    private @Nullable FanOut begun;

    /** Of the message that is in the log. */
    private @Nullable FanOut written;

    LogTargets(MessageStore store, WriteBatch batch) {
        this.store = store;
        this.batch = batch;
    }

    /** Begins with the targets that go to the log; tells whether the answer waits for one of them. */
    boolean collect(Message message, Matches matches) {
        written = null;
        batch.clear();
        batch.published();
        boolean awaitForce = false;
        for (int i = 0; i < matches.size(); i++) {
            if (!(matches.destination(i) instanceof MessageQueue queue)) continue;
            int flags = matches.flags(i);
            if (Handover.passesThrough(queue, message, flags)) continue;
            if (message.envelope().durable() && queue.settings().durable()) {
                batch.enqueueTo(queue.id(), flags);
                awaitForce = true;
            } else if (queue.isWindowFull() || message.large().isPresent()) {
                // Born in the log: memory is used up, or is not for it. No force is waited for, a restart forgets it.
                batch.enqueueTo(queue.id(), flags | TargetFlags.TRANSIENT);
            }
        }
        return awaitForce;
    }

    WriteBatch batch() {
        return batch;
    }

    boolean isEmpty() {
        return batch.isEmpty();
    }

    /** How many targets go to the log. */
    int size() {
        return batch.targets();
    }

    boolean isNext(int target, MessageQueue queue) {
        return target < batch.targets() && batch.targetQueueId(target) == queue.id();
    }

    /** The name of a target's entry, once the message is in the log. */
    long lsn(int target) {
        FanOut parts = written;
        return parts == null ? batch.enqueueLsn() : parts.lsn(target);
    }

    int flags(int target) {
        return batch.targetFlags(target);
    }

    /**
     * As {@link MessageStore#append}. What has found no space goes on when the same message comes again for the same targets.
     *
     * @throws IllegalArgumentException if what goes with the message is more than the log takes
     */
    long append(Message message) {
        if (batch.targets() <= store.maxTargets()) {
            if (batch.targets() > 0) batch.message(message);
            return store.append(batch);
        }
        FanOut parts = begun;
        if (parts == null || !parts.isOf(message, batch)) {
            end();
            begun = parts = new FanOut(store, message, batch);
        }
        long lsn = parts.goOn();
        if (lsn == MessageStore.FULL) return lsn;
        begun = null;
        written = parts;
        return lsn;
    }

    /** The message that was attempted last is taken, or never will be. */
    void end() {
        FanOut unfinished = begun;
        begun = null;
        if (unfinished != null) unfinished.abandon();
    }
}
