package io.signalbox.benchmarks.amqp;

/** What is promised for a message, and who hears an outcome (AMQP 1.0 §2.6.12, §3.2.1). */
public enum DeliveryKind {
    /** Sent and received settled, not durable. */
    SETTLED,
    /** Sent and received unsettled, not durable. */
    TRANSIENT,
    /** Sent and received unsettled, durable. */
    DURABLE
}
