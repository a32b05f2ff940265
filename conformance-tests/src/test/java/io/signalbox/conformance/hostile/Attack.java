package io.signalbox.conformance.hostile;

import java.io.IOException;

/**
 * One way to mean harm.
 *
 * @param name for the table
 * @param ending how a connection that does this ends
 * @param strike what is done on a new connection
 */
record Attack(String name, Ending ending, Strike strike) {

    /** What the broker owes a peer that does this. */
    enum Ending {
        /** The connection is closed. */
        CLOSED,
        /** An error in the protocol's words, or the connection is closed. */
        ANSWERED,
        /** Nothing but that everybody else is served: what was done is allowed, or costs only the one who does it. */
        OWN_RISK
    }

    /** Done once on each connection. */
    interface Strike {
        void on(HostilePeer peer) throws IOException;
    }

    @Override
    public String toString() {
        return name;
    }
}
