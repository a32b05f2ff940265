package io.signalbox.amqp;

/** Ways for a peer to say who it is (AMQP 1.0 §5.3), strongest first: clients take the first one offered that they know. */
public enum SaslMechanism {
    /** User name and password (RFC 4616). */
    PLAIN,
    /** Nobody in particular (RFC 4505). */
    ANONYMOUS
}
