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

    /** Commands one caller applies before a loop takes over. */
    static final int COMMANDS_PER_DRAIN = 256;

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

    /** The loop to which a message that comes on this one should be left; null if it should be applied here. */
    final @Nullable Loop nearOtherThan(Loop here) {
        Loop there = near;
        return there == here ? null : there;
    }

    /** On any loop. */
    final void submit(QueueCommand command) {
        // Nothing is counted and nothing offered, so what its thread submitted before has been applied.
        boolean alone = COUNTED.compareAndSet(this, 0, 1);
        if (alone && commands.isEmpty()) unoffered = command;
        else commands.offer(command);
        if (alone || COUNTED.getAndIncrement(this) == 0) drain();
    }

    /** For threads that must not apply commands themselves: the log's, a reader's. */
    final void handOff(QueueCommand command) {
        leaveTo(home, command);
    }

    /** Offers it; if nobody drains, that loop will, later. */
    final void leaveTo(Loop loop, QueueCommand command) {
        commands.offer(command);
        if (COUNTED.getAndIncrement(this) == 0) loop.post(LoopEvent.of(() -> drainOn(loop)));
    }

    private void drainOn(Loop loop) {
        loop.spend(Math.min(counted, COMMANDS_PER_DRAIN));
        drain();
    }

    /**
     * How many commands are counted: those that wait, and those that were applied or put off since {@link #applied}. Never 0 for
     * whoever drains; for others, any thread, what it has been.
     */
    final int counted() {
        return counted;
    }

    // ---- for whoever drains

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
