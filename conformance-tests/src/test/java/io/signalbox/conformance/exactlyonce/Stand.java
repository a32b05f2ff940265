package io.signalbox.conformance.exactlyonce;

/**
 * Where an exchange stands when a second connection takes its session over while the force is held: every gap of §4.3.3 in
 * both directions, with what the client has sent last.
 */
enum Stand {
    /** Towards the broker: PUBLISH is sent; no PUBREC may come. */
    PUBLISH_SENT,
    /** Towards the broker: PUBREC has come. */
    PUBREC_HEARD,
    /** Towards the broker: PUBREL is sent; no PUBCOMP may come. */
    PUBREL_SENT,
    /** Towards the broker: PUBCOMP has come, and the identifier is used for the next PUBLISH; no PUBREC may come. */
    IDENTIFIER_USED_AGAIN,
    /** Towards the client: the window has space for the next PUBLISH, which may not come. */
    PUBLISH_DUE,
    /** Towards the client: PUBLISH has come. */
    PUBLISH_HEARD,
    /** Towards the client: PUBREC is sent; no PUBREL may come. */
    PUBREC_SENT,
    /** Towards the client: PUBCOMP is sent. */
    PUBCOMP_SENT;

    boolean isTowardsTheBroker() {
        return compareTo(PUBLISH_DUE) < 0;
    }
}
