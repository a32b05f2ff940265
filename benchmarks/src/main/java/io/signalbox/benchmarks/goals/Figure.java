package io.signalbox.benchmarks.goals;

import java.util.Locale;

/**
 * Something that was measured, and what it should be.
 *
 * @param what with its unit
 * @param goal what it is held to
 */
public record Figure(String what, double value, Goal goal, double bound) {

    public enum Goal {
        AT_MOST("≤"),
        AT_LEAST("≥"),
        /** For information. */
        NONE("");

        private final String sign;

        Goal(String sign) {
            this.sign = sign;
        }
    }

    public static Figure atMost(String what, double value, double bound) {
        return new Figure(what, value, Goal.AT_MOST, bound);
    }

    public static Figure atLeast(String what, double value, double bound) {
        return new Figure(what, value, Goal.AT_LEAST, bound);
    }

    public static Figure of(String what, double value) {
        return new Figure(what, value, Goal.NONE, 0);
    }

    /** Whether it is as it should be. */
    public boolean holds() {
        return switch (goal) {
            case AT_MOST -> value <= bound;
            case AT_LEAST -> value >= bound;
            case NONE -> true;
        };
    }

    /** A line of a Markdown table: row, figure, measured, goal, verdict. */
    public String line(String row) {
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
