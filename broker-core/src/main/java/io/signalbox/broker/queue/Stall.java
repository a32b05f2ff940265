package io.signalbox.broker.queue;

import java.util.ArrayDeque;

/** How a queue waits for space in the log, and what of its mailbox it has put off meanwhile. Confined to whoever drains. */
final class Stall {

    /** Commands that have been applied, and are still counted. */
    int applied;

    /** Taken out of the mailbox, still counted, and applied before what is there. */
    final ArrayDeque<QueueCommand> putOff = new ArrayDeque<>(2);
}
