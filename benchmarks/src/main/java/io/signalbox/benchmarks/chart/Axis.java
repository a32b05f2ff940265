package io.signalbox.benchmarks.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A direction of a chart: from a value to a share of its length, and where lines with a number stand. Immutable.
 *
 * @param label what is measured, with its unit
 * @param least where it begins; above 0 where it is logarithmic
 * @param greatest where it ends, above the least
 */
record Axis(String label, Scale scale, double least, double greatest) {

    private static final int MOST_TICKS = 6;

    /** An axis on which all values have room, with whole steps at both ends. */
    static Axis over(String label, Scale scale, double[] values) {
        double least = Double.MAX_VALUE;
        double greatest = -Double.MAX_VALUE;
        for (double value : values) {
            if (scale == Scale.LOGARITHMIC && value <= 0) continue;
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
        if (greatest < least) return new Axis(label, scale, 1, 10);
        if (scale == Scale.LINEAR) {
            double step = step(Math.max(greatest, 1e-9));
            return new Axis(label, scale, 0, Math.max(step, Math.ceil(greatest / step) * step));
        }
        double from = Math.pow(10, Math.floor(Math.log10(least)));
        double to = Math.pow(10, Math.ceil(Math.log10(greatest)));
        return new Axis(label, scale, from, to > from ? to : from * 10);
    }

    /** 1, 2 or 5 times a power of ten, so that a few steps make the range. */
    private static double step(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(range / MOST_TICKS)));
        for (int times : new int[] {1, 2, 5}) if (range / (power * times) <= MOST_TICKS) return power * times;
        return power * 10;
    }

    /** 0 at the least, 1 at the greatest. */
    double share(double value) {
        return scale == Scale.LINEAR
                ? (value - least) / (greatest - least)
                : Math.log(value / least) / Math.log(greatest / least);
    }

    /** Whether the value has a place. */
    boolean holds(double value) {
        return Double.isFinite(value) && value >= least && value <= greatest;
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (scale == Scale.LINEAR) {
            double step = step(greatest - least);
            for (int i = 0; least + i * step <= greatest * (1 + 1e-9); i++) ticks.add(least + i * step);
            return ticks;
        }
        for (double tick = least; tick <= greatest * 1.000001; tick *= 10) ticks.add(tick);
        return ticks;
    }

    /** Short enough to stand beside a line: 250 k, 1.5 M. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) return trimmed(value / 1e6) + " M";
        if (size >= 1e4) return trimmed(value / 1e3) + " k";
        return trimmed(value);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
