package io.signalbox.conformance.hostile;

import java.io.IOException;

/**
 * One way to mean harm.
 *
 * @param name for the table
 * @param scale how many do it at once
 * @param ending how a connection that does this ends
 * @param strike what is done on a new connection
 */
record Attack(String name, Scale scale, Ending ending, Strike strike) {

    /** How many do it. */
    enum Scale {
        ONE,
        /** Many connections: all that they send is work, and what others feel depends on the machine. */
        CROWD
    }

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
