package io.signalbox.server.node;

/** How the broker that had a data directory before this one ended. */
public enum LastStop {
    /** There was none. */
    NEVER_RAN,
    CLEAN,
    /** It was killed, or the machine went down. */
    CRASH
}
