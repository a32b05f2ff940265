package io.signalbox.server.cli;

import io.signalbox.persistence.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code data verify} has found, for an operator: what is damaged, what that has hit, and what is safe. Immutable. */
final class DataReport {
    private static final int LSNS_SHOWN = 5;

    private final Findings found;
    private final List<String> unreadableFiles;
    private final Map<Long, String> queueNames;
    private final String command;

    /** @param queueNames of the queues there are, by their ids in the log */
    DataReport(Findings found, List<String> unreadableFiles, Map<Long, String> queueNames, String command) {
        this.found = found;
        this.unreadableFiles = unreadableFiles;
        this.queueNames = queueNames;
        this.command = command;
    }

    boolean isDamaged() {
        return found.isDamaged() || !unreadableFiles.isEmpty();
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s, %.1f MiB, %s",
                StartText.count(found.segments(), "segment"),
                found.bytes() / (double) (1 << 20),
                StartText.count(found.records(), "record")));
        for (Findings.Checkpoint checkpoint : found.checkpoints()) {
            lines.add("Checkpoint " + checkpoint.place() + ": " + (checkpoint.isWhole() ? "whole" : "damaged"));
        }
        lines.add(nextStart());
        if (found.tornBytes() > 0) {
            lines.add(found.tornBytes() + " bytes at the end were never confirmed; the next start cuts them");
        }
        for (String file : unreadableFiles) lines.add("Damaged: " + file);
        for (Findings.Checkpoint checkpoint : found.checkpoints()) {
            checkpoint.damage().ifPresent(how -> lines.add("Damaged: " + how));
        }
        for (Findings.Damage damage : found.damages()) add(damage, lines);
        lines.add(isDamaged() ? summary() : "No damage");
        return lines;
    }

    private String nextStart() {
        List<Findings.Checkpoint> checkpoints = found.checkpoints();
        Optional<String> first = found.start().checkpoint();
        if (checkpoints.isEmpty()) return "There is no checkpoint yet: the next start reads the whole log";
        if (first.isEmpty()) {
            return "No checkpoint is whole, so the next start stops: `" + command
                    + " data rebuild` makes a new one from" + " the log; messages that were settled may return";
        }
        String reads = String.format(
                Locale.ROOT,
                "the next start begins with it and reads up to %.1f MiB of log",
                found.start().logBytes() / (double) (1 << 20));
        boolean newestIsWhole = checkpoints.get(checkpoints.size() - 1).isWhole();
        if (newestIsWhole && checkpoints.get(0).isWhole()) return "The newest is whole: " + reads;
        if (newestIsWhole) return "The newest is whole: " + reads + "; there is none to fall back to";
        return "The one before is whole: " + reads + ", so nothing is lost; the damaged one is set aside";
    }

    private void add(Findings.Damage damage, List<String> lines) {
        String range = damage.toLsn() > damage.fromLsn() + 1
                ? " (LSN " + damage.fromLsn() + " to " + (damage.toLsn() - 1) + ")"
                : damage.fromLsn() > 0 ? " (LSN " + damage.fromLsn() + ")" : "";
        lines.add("Damaged: " + damage.place() + ": " + damage.what() + range);
        List<Findings.Hit> hits = damage.effect() == Findings.Effect.MESSAGES ? damage.hits() : known(damage.hits());
        switch (damage.effect()) {
            case MESSAGES -> lines.add("  These cannot be read; their queues go on without them:");
            case NONE -> lines.add("  Nothing that a queue still has lies there");
            case STOPS_START ->
                lines.add("  The next start reads this and stops" + (hits.isEmpty() ? "" : "; what may be lost:"));
            case UNKNOWN ->
                lines.add("  Without a checkpoint nothing tells what of it is still needed"
                        + (hits.isEmpty() ? "" : "; it may be:"));
        }
        for (Findings.Hit hit : hits) lines.add("  " + hit(hit));
    }

    /** The damaged bytes may name anything. */
    private List<Findings.Hit> known(List<Findings.Hit> hits) {
        return hits.stream()
                .filter(hit -> !hit.lsns().isEmpty() || queueNames.containsKey(hit.queueId()))
                .toList();
    }

    private String hit(Findings.Hit hit) {
        String name = queueNames.get(hit.queueId());
        String queue = name == null ? "queue number " + hit.queueId() : "queue " + Terminal.printable(name);
        int count = hit.lsns().size();
        if (count == 0) return queue + ": may be hit, as the damaged bytes name it";
        StringBuilder text = new StringBuilder(queue).append(": ").append(StartText.count(count, "message"));
        text.append(" (LSN ");
        for (int i = 0; i < Math.min(count, LSNS_SHOWN); i++)
            text.append(i == 0 ? "" : ", ").append(hit.lsns().get(i));
        if (count > LSNS_SHOWN) text.append(", ... ").append(hit.lsns().get(count - 1));
        return text.append(')').toString();
    }

    private String summary() {
        long messages = found.damages().stream()
                .flatMap(damage -> damage.hits().stream())
                .mapToLong(hit -> hit.lsns().size())
                .sum();
        boolean isKnown = found.damages().stream().noneMatch(each -> each.effect() == Findings.Effect.UNKNOWN)
                && unreadableFiles.isEmpty();
        if (!isKnown) return "Keep a copy of the directory before anything else is tried";
        return (messages == 0 ? "No message is hit" : StartText.count(messages, "message") + " hit")
                + "; every other record is what was written";
    }
}
