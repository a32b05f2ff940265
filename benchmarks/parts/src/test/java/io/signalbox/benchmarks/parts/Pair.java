package io.signalbox.benchmarks.parts;

/** One benchmark with the other's classes and with this checkout's, measured in turns. Immutable. */
record Pair(String name, Sample other, Sample here) {

    /** From here on it is slower, if it is not what each of the two differs by itself. */
    static final double SLOWER = 1.15;

    /** Above 1: this checkout takes longer. */
    double ratio() {
        return here.median() / other.median();
    }

    /** Whether it takes 15 % longer or more, and the middle halves of both have nothing in common. */
    boolean isSlower() {
        return ratio() >= SLOWER && here.low() > other.high();
    }
}
