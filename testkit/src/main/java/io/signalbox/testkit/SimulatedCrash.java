package io.signalbox.testkit;

/** The power goes: thrown out of whatever the simulated disk was doing. An error, so that nobody handles it. */
final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String operation) {
        super("power lost at: " + operation, null, false, false);
    }
}
