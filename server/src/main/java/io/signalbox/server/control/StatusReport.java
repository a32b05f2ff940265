package io.signalbox.server.control;

import java.util.Map;

/**
 * How the broker stands, for {@code signalbox status}.
 *
 * @param facts in the order in which they are shown
 */
public record StatusReport(Map<String, String> facts, Verdict verdict) {

    /** Whether the broker does its work. */
    public enum Verdict {
        SERVING,
        FAILED
    }
}
