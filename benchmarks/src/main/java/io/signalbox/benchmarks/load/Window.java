package io.signalbox.benchmarks.load;

/**
 * How far a source may run ahead. It sends again when a quarter of the window is free, in one write: a sender that answered
 * every single delivery with one message would measure the wake-ups of the machine.
 *
 * @param unconfirmed messages without an answer of the broker, per source
 * @param undelivered messages that have not come out at the other side, per source and consumer
 */
public record Window(int unconfirmed, int undelivered) {

    public Window {
        if (unconfirmed < 1 || undelivered < 1) {
            throw new IllegalArgumentException("a window of " + unconfirmed + "/" + undelivered + " lets nothing pass");
        }
    }

    /** The least number of messages that is worth a write. */
    int burst() {
        return Math.max(1, Math.min(unconfirmed, undelivered) / 4);
    }
}
