package io.signalbox.benchmarks.load;

/**
 * How a flow sends, and what is timed.
 *
 * @param perSecond messages a second in all, whatever the windows; 0 = as many as the windows let pass
 */
public record Plan(Window window, double perSecond, Timing timing) {

    public static Plan throughput(int unconfirmed, int undelivered) {
        return new Plan(new Window(unconfirmed, undelivered), 0, Timing.NOTHING);
    }

    public static Plan rate(double perSecond) {
        return new Plan(new Window(1, 1), perSecond, Timing.UNTIL_DELIVERED);
    }

    /** The next message goes when this one is through. */
    public static Plan oneInFlight(Timing timing) {
        return timing == Timing.UNTIL_DELIVERED
                ? new Plan(new Window(100, 1), 0, timing)
                : new Plan(new Window(1, 100), 0, timing);
    }
}
