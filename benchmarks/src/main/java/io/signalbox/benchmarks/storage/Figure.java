package io.signalbox.benchmarks.storage;

import java.util.Locale;

/**
 * Something that was measured, and what it should be.
 *
 * @param what with its unit
 * @param goal what it is held to
 */
record Figure(String what, double value, Goal goal, double bound) {

    enum Goal {
        AT_MOST("≤"),
        AT_LEAST("≥"),
        /** For information. */
        NONE("");

        private final String sign;

        Goal(String sign) {
            this.sign = sign;
        }
    }

    static Figure atMost(String what, double value, double bound) {
        return new Figure(what, value, Goal.AT_MOST, bound);
    }

    static Figure atLeast(String what, double value, double bound) {
        return new Figure(what, value, Goal.AT_LEAST, bound);
    }

    static Figure of(String what, double value) {
        return new Figure(what, value, Goal.NONE, 0);
    }

    /** Whether it is as it should be. */
    boolean holds() {
        return switch (goal) {
            case AT_MOST -> value <= bound;
            case AT_LEAST -> value >= bound;
            case NONE -> true;
        };
    }

    /** A line of a Markdown table: row, figure, measured, goal, verdict. */
    String line(String row) {
        String verdict = holds() ? "held" : "MISSED";
        return String.join(
                " | ",
                "| " + row,
                what,
                number(value),
                goal == Goal.NONE ? "" : goal.sign + " " + number(bound),
                goal == Goal.NONE ? " |" : verdict + " |");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%,.2f", value);
    }
}
