package io.signalbox.conformance.hostile;

import io.signalbox.conformance.process.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns of the broker's loops that took 50 ms or more, by what was done meanwhile. A machine that has other work takes a loop
 * off its core now and then, so a few prove nothing; more than that are the broker's.
 */
final class LongTurns {

    private static final int BY_THE_MACHINE = 2;

    private final InetSocketAddress http;
    private final List<String> seen = new ArrayList<>();
    private final double longestOfStart;
    private double before;
    private double shown;
    private double longest;

    /** From now on: what the start took, and the first connections of each kind, is not the attacks'. */
    LongTurns(InetSocketAddress http) throws IOException, InterruptedException {
        this.http = http;
        Metrics metrics = Metrics.of(http);
        this.before = total(metrics);
        this.longestOfStart = longest(metrics);
        this.shown = longestOfStart;
    }

    private static double total(Metrics metrics) {
        return metrics.value("signalbox_event_loop_long_turns_total");
    }

    private static double longest(Metrics metrics) {
        return metrics.value("signalbox_event_loop_longest_turn_seconds");
    }

    /** What there is to say against the attack that has just been done. */
    List<String> since(String attack) throws IOException, InterruptedException {
        Metrics metrics = Metrics.of(http);
        double now = total(metrics);
        long more = Math.round(now - before);
        before = now;
        if (longest(metrics) != shown) longest = Math.max(longest, longest(metrics)); // another one than of the start
        shown = longest(metrics);
        if (more > 0) seen.add(attack + " " + more);
        return more > BY_THE_MACHINE
                ? List.of(attack + ": " + more + " turns of a loop took 50 ms or more")
                : List.of();
    }

    String summary() {
        return "longest turn " + (longest == 0 ? "below " + millis(longestOfStart) : millis(longest))
                + ", of the start " + millis(longestOfStart) + "; of 50 ms or more: " + seen;
    }

    private static String millis(double seconds) {
        return Math.round(seconds * 1e4) / 10.0 + " ms";
    }
}
