package io.signalbox.conformance.strace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the order of write, force and answer in a trace. For every message there must be a force of the file that the
 * message was written to, which began after that write had returned and had ended before the answer's write was entered.
 */
final class ForceOrder {

    /** The mark in each body: nine letters, protocol, number. */
    static final Pattern MARK = Pattern.compile("SB-PROOF-[A-Z]-[0-9]{6}");

    private final Map<String, SystemCall> logWrites = new HashMap<>();
    private final Map<String, List<SystemCall>> forces = new HashMap<>();
    private final Set<SystemCall> usedForces = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private int proven;

    /** @param directory where the broker keeps its log */
    ForceOrder(List<SystemCall> calls, String directory) {
        Set<String> files = new HashSet<>();
        for (SystemCall call : calls) {
            if (!call.file().startsWith(directory)) continue;
            if (call.isForce()) {
                forces.computeIfAbsent(call.file(), file -> new ArrayList<>()).add(call);
            } else {
                files.add(call.file());
            }
        }
        for (String file : files) noteMarks(new TracedStream(calls, file::equals));
    }

    private void noteMarks(TracedStream log) {
        String text = new String(log.bytes(), StandardCharsets.ISO_8859_1);
        Matcher marks = MARK.matcher(text);
        while (marks.find()) {
            SystemCall writer = log.writerOf(marks.end() - 1);
            logWrites.merge(marks.group(), writer, (one, other) -> one.exit() <= other.exit() ? one : other);
        }
    }

    /** Checks one message against the call that wrote its answer. */
    void check(String mark, SystemCall answer) {
        SystemCall write = logWrites.get(mark);
        if (write == null) {
            violations.add(mark + " was answered and is in no log write");
            return;
        }
        for (SystemCall force : forces.getOrDefault(write.file(), List.of())) {
            if (force.entry() > write.exit() && force.exit() < answer.entry()) {
                usedForces.add(force);
                proven++;
                return;
            }
        }
        violations.add(mark + ": written at line " + write.exit() + ", answered at line " + answer.entry()
                + ", and no force of " + write.file() + " between");
    }

    /** Messages whose order was right. */
    int proven() {
        return proven;
    }

    /** Forces that answered messages. */
    int forcesUsed() {
        return usedForces.size();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }
}
