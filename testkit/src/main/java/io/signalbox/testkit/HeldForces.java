package io.signalbox.testkit;

/** A gate that forces wait at while it is shut. Thread-safe. */
final class HeldForces {

    private boolean shut;

    synchronized void hold() {
        shut = true;
    }

    synchronized void release() {
        shut = false;
        notifyAll();
    }

    /** Returns when the gate is open. */
    synchronized void pass() {
        boolean interrupted = false;
        while (shut) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
