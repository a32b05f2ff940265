package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;
import io.signalbox.broker.LoopEvent;
import io.signalbox.broker.concurrent.MpscQueue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The commands that come to a queue from anywhere, and whose turn it is to apply them: the caller's that raises their number from
 * 0 applies its command as a direct call, others only offer.
 *
 * <p>A queue with one consumer is near that consumer's loop: a publisher elsewhere leaves its message there, where it is handed over
 * and settled. Two cores would otherwise take what the queue keeps out of each other's caches, for every message.
 */
abstract class QueueMailbox {

    private static final AtomicIntegerFieldUpdater<QueueMailbox> COUNTED =
            AtomicIntegerFieldUpdater.newUpdater(QueueMailbox.class, "counted");

    /** Commands that wait when publishers are to wait too; those who settle and consume never do. */
    private static final int MOST_BEFORE_MESSAGES = 4096;

    final MpscQueue<QueueCommand> commands = new MpscQueue<>();
    private final Loop home;
    private volatile int counted; // changed by COUNTED
    private volatile @Nullable Loop near;
    private @Nullable QueueCommand unoffered; // counted, and before all that was offered; confined to whoever drains

    QueueMailbox(Loop home) {
        this.home = home;
    }

    /** Applies commands until none is counted, or leaves the rest to somebody else while they stay counted. */
    abstract void drain();

    /** On the loop that drains when nobody else does. */
    final Loop home() {
        return home;
    }

    /** @param loop of the only consumer; null if there is none or there are several */
    final void near(@Nullable Loop loop) {
        near = loop;
    }

    /** Whether more comes than is applied, so that publishers should hold on. Any thread. */
    public final boolean isBehind() {
        return counted > MOST_BEFORE_MESSAGES;
    }

    /** On any loop. */
    final void submit(QueueCommand command) {
        // Nothing is counted and nothing offered, so what its thread submitted before has been applied.
        boolean alone = COUNTED.compareAndSet(this, 0, 1);
        if (alone && commands.isEmpty()) unoffered = command;
        else commands.offer(command);
        if (alone || COUNTED.getAndIncrement(this) == 0) drain();
    }

    /** As {@link #submit}, with a message. */
    final void bring(QueueCommand message, Loop here) {
        Loop there = near;
        if (there == null || there == here) submit(message);
        else leaveTo(there, message);
    }

    /** For threads that must not apply commands themselves: the log's, a reader's. */
    final void handOff(QueueCommand command) {
        leaveTo(home, command);
    }

    private void leaveTo(Loop loop, QueueCommand command) {
        commands.offer(command);
        if (COUNTED.getAndIncrement(this) == 0) loop.post(LoopEvent.of(this::drain));
    }

    // ---- for whoever drains

    /** How many commands are counted: those that wait, and those that were applied or put off since {@link #applied}. */
    final int counted() {
        return counted;
    }

    /** So many commands are not counted any more; answers how many still are. At 0 somebody else may drain. */
    final int applied(int commands) {
        return COUNTED.addAndGet(this, -commands);
    }

    final QueueCommand poll() {
        QueueCommand command = unoffered == null ? commands.poll() : unoffered;
        unoffered = null;
        if (command == null) throw new IllegalStateException("a command was counted and is not there");
        return command;
    }

    /** There is something to do besides, once all that has come by now is applied. */
    final void another(QueueCommand command) {
        commands.offer(command);
        COUNTED.getAndIncrement(this);
    }

    /** Leaves what is counted to the loop that it is near, after others that wait there. */
    final void drainLater() {
        Loop there = near;
        (there == null ? home : there).execute(this::drain);
    }
}
