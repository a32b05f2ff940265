package io.signalbox.benchmarks.load;

/**
 * How a flow sends, and what is timed.
 *
 * @param perSecond messages a second in all, whatever the windows; 0 = as many as the windows let pass
 * @param messages how many each source sends in all
 */
public record Plan(Window window, double perSecond, Timing timing, long messages) {

    private static final long NO_END = Long.MAX_VALUE;

    private Plan(Window window, double perSecond, Timing timing) {
        this(window, perSecond, timing, NO_END);
    }

    /** So many messages of each source as fast as they are answered, whether somebody takes them or not. */
    public static Plan fill(int unconfirmed, long messages) {
        return new Plan(new Window(unconfirmed, Integer.MAX_VALUE), 0, Timing.NOTHING, messages);
    }

    public static Plan throughput(int unconfirmed, int undelivered) {
        return new Plan(new Window(unconfirmed, undelivered), 0, Timing.NOTHING);
    }

    /** So many a second, each timed from when it was meant to be sent. */
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
