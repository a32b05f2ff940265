package io.signalbox.broker.queue;

/** Where an entry of a queue is, for whoever looks for the next. */
enum Standing {
    /** Not ended. */
    LIVE,
    /** Not ended and with nobody. */
    WAITING,
    /** Waiting, and not set aside. */
    IN_FRONT,
    /** Waiting and set aside. */
    ASIDE
}
