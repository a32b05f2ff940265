package io.signalbox.benchmarks.load;

/**
 * How far a source may run ahead.
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
}
