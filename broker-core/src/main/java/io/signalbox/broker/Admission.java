package io.signalbox.broker;

/** Whether a publisher may go on. */
public enum Admission {
    /** The message is on its way; go on. */
    TAKEN,
    /** The message waits in order for space in the log: read nothing more until {@link PublishListener#onUnblocked}. */
    PARKED
}
