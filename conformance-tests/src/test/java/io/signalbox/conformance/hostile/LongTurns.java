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
    private double before;
    private double longest;

    LongTurns(InetSocketAddress http) throws IOException, InterruptedException {
        this.http = http;
        this.before = total(Metrics.of(http));
    }

    private static double total(Metrics metrics) {
        return metrics.value("signalbox_event_loop_long_turns_total");
    }

    /** What there is to say against the attack that has just been done. */
    List<String> since(String attack) throws IOException, InterruptedException {
        Metrics metrics = Metrics.of(http);
        double now = total(metrics);
        long more = Math.round(now - before);
        before = now;
        longest = Math.max(longest, metrics.value("signalbox_event_loop_longest_turn_seconds"));
        if (more > 0) seen.add(attack + " " + more);
        return more > BY_THE_MACHINE
                ? List.of(attack + ": " + more + " turns of a loop took 50 ms or more")
                : List.of();
    }

    String summary() {
        return "longest turn " + Math.round(longest * 1e4) / 10.0 + " ms; of 50 ms or more: " + seen;
    }
}
