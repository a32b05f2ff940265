package io.signalbox.conformance.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the campaign prints: a line for each kill as it happens, and the sums. Used by one thread. */
final class CampaignTable {

    private static final String FORMAT = "%5s %7s %-7s %-26s %10s %8s %9s %8s %6s %9s %9s %12s %10s%n";

    /**
     * One kill.
     *
     * @param moment how the moment was chosen
     * @param duringRoll what in the log directory showed that a segment roll was under way; empty if nothing did
     * @param confirmed messages confirmed so far
     * @param unsettled confirmed messages of which no settlement was sent, for each target
     * @param restartMillis from the start of the next process to readiness
     */
    record Kill(
            String moment,
            long delayMillis,
            String duringRoll,
            int confirmed,
            int[] unsettled,
            TargetJournal.Counts counts,
            long restartMillis) {}

    private final List<Kill> kills = new ArrayList<>();

    CampaignTable() {
        System.out.printf(
                Locale.ROOT,
                FORMAT,
                "kill",
                "after",
                "moment",
                "during a roll",
                "confirmed",
                "orders",
                "readings",
                "session",
                "lost",
                "returned",
                "disorder",
                "redelivered",
                "restart");
    }

    void add(Kill kill) {
        kills.add(kill);
        System.out.printf(
                Locale.ROOT,
                FORMAT,
                kills.size(),
                kill.delayMillis + " ms",
                kill.moment,
                kill.duringRoll.isEmpty() ? "no" : kill.duringRoll,
                kill.confirmed,
                kill.unsettled[0],
                kill.unsettled[1],
                kill.unsettled[2],
                kill.counts.lost(),
                kill.counts.returned(),
                kill.counts.disordered(),
                kill.counts.redelivered(),
                kill.restartMillis + " ms");
    }

    int killsDuringRoll() {
        return (int) kills.stream().filter(kill -> !kill.duringRoll.isEmpty()).count();
    }

    int leastUnsettled() {
        return kills.stream()
                .mapToInt(kill -> Math.min(kill.unsettled[0], kill.unsettled[1]))
                .min()
                .orElse(0);
    }

    long slowestRestartMillis() {
        return kills.stream().mapToLong(Kill::restartMillis).max().orElse(0);
    }
}
