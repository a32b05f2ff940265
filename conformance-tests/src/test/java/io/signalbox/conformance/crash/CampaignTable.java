package io.signalbox.conformance.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the campaign prints: a line for each kill as it happens, and the sums. Used by one thread. */
final class CampaignTable {

    private static final String FORMAT = "%5s %7s %-7s %-26s %10s %s %6s %9s %9s %12s %10s%n";
    private static final String TARGET_FORMAT = "%14s";

    /**
     * One kill.
     *
     * @param moment how the moment was chosen
     * @param duringRoll what in the log directory showed that a segment roll was under way; empty if nothing did
     * @param confirmed messages confirmed so far
     * @param unsettled confirmed messages of which no settlement was sent, for each target
     * @param leastUnsettled the least of those targets that should have many
     * @param restartMillis from the start of the next process to readiness
     */
    record Kill(
            String moment,
            long delayMillis,
            String duringRoll,
            int confirmed,
            List<Integer> unsettled,
            int leastUnsettled,
            TargetJournal.Counts counts,
            long restartMillis) {}

    private final List<Kill> kills = new ArrayList<>();

    CampaignTable(List<TargetJournal> targets) {
        System.out.printf(
                Locale.ROOT,
                FORMAT,
                "kill",
                "after",
                "moment",
                "during a roll",
                "confirmed",
                columns(targets.stream().map(CampaignTable::shortName).toList()),
                "lost",
                "returned",
                "disorder",
                "redelivered",
                "restart");
    }

    /** What follows the kind of the target and its family name. */
    private static String shortName(TargetJournal target) {
        return target.name().replaceAll(".*[. -]", "");
    }

    private static String columns(List<?> values) {
        StringBuilder columns = new StringBuilder();
        for (Object value : values) columns.append(String.format(Locale.ROOT, TARGET_FORMAT, value));
        return columns.toString();
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
                columns(kill.unsettled),
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
        return kills.stream().mapToInt(Kill::leastUnsettled).min().orElse(0);
    }

    long slowestRestartMillis() {
        return kills.stream().mapToLong(Kill::restartMillis).max().orElse(0);
    }
}
