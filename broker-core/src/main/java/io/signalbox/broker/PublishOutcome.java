package io.signalbox.broker;

/** What became of a published message. */
public sealed interface PublishOutcome {

    Stored STORED = new Stored();
    Unroutable UNROUTABLE = new Unroutable();

    /** Every target has it: durably where message and target are durable, in memory where not. */
    record Stored() implements PublishOutcome {}

    /** No binding matched; it is nowhere. */
    record Unroutable() implements PublishOutcome {}

    /** Not taken, and nothing is stored anywhere; the publisher may try again or elsewhere. */
    record Refused(Reason reason, String sentence) implements PublishOutcome {}

    /** The store failed; whether the message survives is unknown, so nothing may be confirmed. */
    record Failed(String sentence) implements PublishOutcome {}

    /** Why a message was refused. */
    enum Reason {
        NOT_ALLOWED,
        /** Nothing can be published to this address. */
        INVALID_ADDRESS,
        TOO_LARGE,
        TARGET_GONE,
        MEMORY_USED_UP,
        /** The disk has no room for it now. */
        DISK_FULL,
        /** A limit that an operator has set is reached. */
        QUOTA_USED_UP
    }
}
