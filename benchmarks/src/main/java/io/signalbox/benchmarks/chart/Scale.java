package io.signalbox.benchmarks.chart;

/** How values lie on an axis. */
public enum Scale {
    /** From 0. */
    LINEAR,
    /** Each power of ten takes as much; a value of 0 has no place. */
    LOGARITHMIC
}
