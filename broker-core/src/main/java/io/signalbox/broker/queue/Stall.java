package io.signalbox.broker.queue;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How a queue waits for space in the log, and what of its mailbox it has put off meanwhile. Confined to whoever drains. */
final class Stall {

    /** Commands that have been applied, and are still counted. */
    int applied;

    /** Taken out of the mailbox, still counted, and applied before what is there. */
    final ArrayDeque<QueueCommand> putOff = new ArrayDeque<>(2);

    /**
     * Applies what settles nothing, since an image needs it: what was published before, and the wish for one.
     *
     * @param counted commands, also those that were applied or put off before
     */
    void takeIn(int counted, Supplier<QueueCommand> mailbox, Consumer<QueueCommand> apply) {
        for (int left = counted - applied - putOff.size(); left > 0; left--) {
            QueueCommand next = mailbox.get();
            if (next instanceof Entry || next instanceof Capture) {
                apply.accept(next);
                applied++;
            } else {
                putOff.add(next);
            }
        }
    }
}
