package io.signalbox.broker.queue;

/** What a consumer says of a delivery (AMQP 1.0 §3.4); MQTT acknowledgements and leases map onto the same four. */
public sealed interface Outcome {

    Accepted ACCEPTED = new Accepted();
    Released RELEASED = new Released();

    /** Done with; the entry ends. */
    record Accepted() implements Outcome {}

    /** Never deliverable; the entry ends, in the dead letter queue where there is one. */
    record Rejected(String reason) implements Outcome {}

    /** Not looked at; the entry takes its old place and its delivery count stays. */
    record Released() implements Outcome {}

    /**
     * Given back changed (AMQP 1.0 §3.4.5).
     *
     * @param deliveryFailed the delivery count goes up
     * @param undeliverableHere this consumer does not want to see it again
     * @param annotations what it is delivered with from now on, in place of what was added before; nothing leaves that as it is
     */
    record Modified(boolean deliveryFailed, boolean undeliverableHere, Annotations annotations) implements Outcome {

        public Modified(boolean deliveryFailed, boolean undeliverableHere) {
            this(deliveryFailed, undeliverableHere, Annotations.NONE);
        }
    }
}
