package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Shares a small part of each turn of an event loop among the sessions that are being sent retained messages, one after the
 * other: whoever subscribes to all of a hundred thousand topics holds nobody up. Confined to its loop.
 */
final class ReplayTurns {

    /** Topics looked at in one turn, or as many KiB sent, over all sessions of the loop. */
    static final int STEPS_PER_TURN = 1000;

    /** Before the next session has its go. */
    private static final int STEPS_AT_ONCE = 50;

    private final EventLoop eventLoop;
    private final ArrayDeque<RetainedReplays> waiting = new ArrayDeque<>(0);
    private boolean scheduled;

    ReplayTurns(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Has something to send, and is not waiting here yet. */
    void enrol(RetainedReplays replays) {
        waiting.add(replays);
        schedule();
    }

    /** Leaves its loop, or has nothing to send to any more. */
    void withdraw(RetainedReplays replays) {
        waiting.remove(replays);
    }

    /** A scheduled task, unlike a submitted one, lets the sockets have their turn before it. */
    @SuppressWarnings("FutureReturnValueIgnored") // what fails in it fails the loop's task, which netty logs
    private void schedule() {
        if (scheduled) return;
        scheduled = true;
        eventLoop.schedule(this::turn, 0, TimeUnit.NANOSECONDS);
    }

    private void turn() {
        scheduled = false;
        int left = STEPS_PER_TURN;
        List<RetainedReplays> next = new ArrayList<>(0);
        while (left > 0) {
            RetainedReplays replays = waiting.poll();
            if (replays == null) break;
            left -= replays.advance(Math.min(left, STEPS_AT_ONCE));
            switch (replays.pace()) {
                case AT_ONCE -> waiting.add(replays);
                case NEXT_TURN -> next.add(replays);
                case WHEN_WOKEN -> {}
            }
        }
        waiting.addAll(next);
        if (!waiting.isEmpty()) schedule();
    }
}
