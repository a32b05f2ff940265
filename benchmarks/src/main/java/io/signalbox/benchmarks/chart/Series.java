package io.signalbox.benchmarks.chart;

import java.util.List;

/** A line with its name; its points from left to right. Immutable. */
public record Series(String name, List<Point> points) {

    /** A value over another. */
    public record Point(double x, double y) {}

    public Series {
        points = List.copyOf(points);
    }
}
