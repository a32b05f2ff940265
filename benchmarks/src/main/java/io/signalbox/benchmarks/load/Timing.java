package io.signalbox.benchmarks.load;

/** What is timed, from when to when. */
public enum Timing {
    NOTHING,
    /** From the intended send time to the consumer. */
    UNTIL_DELIVERED,
    /** From the sending to the broker's answer; for one message in flight. */
    UNTIL_CONFIRMED
}
