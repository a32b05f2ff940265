package io.signalbox.conformance.crash;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * One target's part of the {@link Journal}. The rules it holds the broker to:
 *
 * <ul>
 *   <li>a message that was confirmed, and of whose settlement nothing was sent, comes in the next run;
 *   <li>a delivery whose settlement was confirmed never comes again;
 *   <li>what comes again says that it may have come before;
 *   <li>each consumer sees each producer's messages in the order in which they were sent, and none twice in one run.
 * </ul>
 *
 * Free are: a message that was not confirmed, and a delivery whose settlement was sent and not confirmed. Thread-safe.
 */
final class TargetJournal {

    private static final int VIOLATIONS_KEPT = 20;

    /** What is known of one producer's messages; a bit for each sequence number. */
    private static final class Row {
        private final IntSupplier sent;
        private final BitSet confirmed = new BitSet();
        private final BitSet delivered = new BitSet();
        private final BitSet settling = new BitSet();
        private final BitSet settled = new BitSet();

        /** What this run must deliver and has not delivered yet. */
        private BitSet due = new BitSet();

        private Row(IntSupplier sent) {
            this.sent = sent;
        }
    }

    private final String name;
    private final Map<Integer, Row> rows = new TreeMap<>();
    private final Map<String, Integer> lastSeen = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private int unsettled;
    private boolean settledInRun;
    private int lost;
    private int returned;
    private int disordered;
    private int redelivered;
    private int redeliveredUnmarked;

    TargetJournal(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    synchronized void addProducer(int producer, IntSupplier sent) {
        rows.put(producer, new Row(sent));
    }

    synchronized void confirmed(Marker marker) {
        Row row = row(marker);
        row.confirmed.set(marker.sequence());
        if (!row.settling.get(marker.sequence())) unsettled++;
    }

    synchronized void refused(Marker marker, String answer) {
        violation(marker + " was answered with " + answer);
    }

    /** A consumer got a message; it is new in this run for every consumer, or something is wrong. */
    synchronized void delivered(String consumer, Marker marker, Mark mark) {
        Row row = row(marker);
        int sequence = marker.sequence();
        if (sequence >= row.sent.getAsInt()) violation(marker + " was never sent");
        if (row.settled.get(sequence)) {
            returned++;
            violation(marker + " came to " + consumer + " again although its settlement was confirmed");
        }
        Integer last = lastSeen.put(consumer + "/" + marker.producer(), sequence);
        if (last != null && last >= sequence) {
            disordered++;
            violation(marker + " came to " + consumer + " after " + last);
        }
        if (row.delivered.get(sequence)) {
            redelivered++;
            if (mark == Mark.FIRST) {
                redeliveredUnmarked++;
                violation(marker + " came to " + consumer + " again as if for the first time");
            }
        }
        row.delivered.set(sequence);
        row.due.clear(sequence);
    }

    /** What the broker says of a delivery. */
    enum Mark {
        FIRST,
        REDELIVERED,
        /** The client library does not show it. */
        UNKNOWN
    }

    synchronized void settling(Marker marker) {
        Row row = row(marker);
        if (row.confirmed.get(marker.sequence()) && !row.settling.get(marker.sequence())) unsettled--;
        row.settling.set(marker.sequence());
    }

    synchronized void settled(Marker marker) {
        row(marker).settled.set(marker.sequence());
        settledInRun = true;
    }

    /** Whether a settlement has been confirmed in this run. */
    synchronized boolean hasSettledInRun() {
        return settledInRun;
    }

    /** Whether a message has come to some consumer, in this run or an earlier one. */
    synchronized boolean hasCome(Marker marker) {
        return row(marker).delivered.get(marker.sequence());
    }

    synchronized void newRun() {
        lastSeen.clear();
        settledInRun = false;
        for (Row row : rows.values()) {
            row.due = (BitSet) row.confirmed.clone();
            row.due.andNot(row.settling);
        }
    }

    /** Confirmed messages of whose settlement nothing was sent. */
    synchronized int unsettled() {
        return unsettled;
    }

    /** What this run must still deliver. */
    synchronized int missing() {
        return rows.values().stream().mapToInt(row -> row.due.cardinality()).sum();
    }

    /** Confirmed messages of all runs that never came to any consumer. */
    synchronized int neverDelivered() {
        int count = 0;
        for (Row row : rows.values()) {
            BitSet never = (BitSet) row.confirmed.clone();
            never.andNot(row.delivered);
            count += never.cardinality();
        }
        return count;
    }

    /** Gives up on what is missing: it is lost. */
    synchronized void countMissingAsLost() {
        rows.forEach((producer, row) -> {
            if (row.due.isEmpty()) return;
            lost += row.due.cardinality();
            violation(row.due.cardinality() + " confirmed messages of producer " + producer + " did not come, from "
                    + row.due.nextSetBit(0) + " to " + (row.due.length() - 1));
            row.due.clear();
        });
    }

    private Row row(Marker marker) {
        Row row = rows.get(marker.producer());
        if (row == null) throw new AssertionError(marker + " came to " + name + ", which its producer does not reach");
        return row;
    }

    private void violation(String what) {
        if (violations.size() < VIOLATIONS_KEPT) violations.add(name + ": " + what);
    }

    /** For a failure: what is known of each producer's messages. */
    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder(name);
        rows.forEach((producer, row) -> text.append(", producer ")
                .append(producer)
                .append(": ")
                .append(row.sent.getAsInt())
                .append(" sent, ")
                .append(row.confirmed.cardinality())
                .append(" confirmed, ")
                .append(row.delivered.cardinality())
                .append(" delivered, ")
                .append(row.settling.cardinality())
                .append(" settling, ")
                .append(row.settled.cardinality())
                .append(" settled"));
        return text.toString();
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized Counts counts() {
        int settled = rows.values().stream()
                .mapToInt(row -> row.settled.cardinality())
                .sum();
        return new Counts(lost, returned, disordered, redelivered, redeliveredUnmarked, settled);
    }

    /** Totals of all runs. */
    record Counts(int lost, int returned, int disordered, int redelivered, int redeliveredUnmarked, int settled) {

        Counts plus(Counts other) {
            return new Counts(
                    lost + other.lost,
                    returned + other.returned,
                    disordered + other.disordered,
                    redelivered + other.redelivered,
                    redeliveredUnmarked + other.redeliveredUnmarked,
                    settled + other.settled);
        }
    }
}
