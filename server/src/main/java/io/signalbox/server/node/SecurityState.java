package io.signalbox.server.node;

/** Who is let in. */
public enum SecurityState {
    /** There are no users: this machine only, without a password. */
    LOCAL,
    /** There are users: everybody logs in, unless anonymous clients of this machine are allowed. */
    SECURED,
    /** Whoever reaches a port, without a password: {@code security.allow-anonymous} beyond this machine. */
    OPEN
}
