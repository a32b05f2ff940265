package io.signalbox.amqp;

import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.queue.Annotations;
import io.signalbox.broker.queue.Outcome;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.jspecify.annotations.Nullable;

/** The four outcomes (AMQP 1.0 §3.4) between the wire and the core. Pure functions. */
final class Outcomes {

    /** What a source lists as {@code outcomes}. */
    static final Symbol[] SYMBOLS = {
        Accepted.DESCRIPTOR_SYMBOL, Rejected.DESCRIPTOR_SYMBOL, Released.DESCRIPTOR_SYMBOL, Modified.DESCRIPTOR_SYMBOL
    };

    private static final int ACCEPTED = 1;
    private static final int RELEASED = 2;
    private static final int OTHER = 0;

    private Outcomes() {}

    /**
     * The outcome of a settled delivery. One that is settled without an outcome gets the source's default, or is released
     * (AMQP 1.0 §3.5.3).
     *
     * @param before what was added to the message before
     * @throws Refusal if more is added than is kept
     */
    static Outcome of(@Nullable DeliveryState state, @Nullable DeliveryState defaultOutcome, Annotations before)
            throws Refusal {
        if (state instanceof Accepted) return Outcome.ACCEPTED;
        if (state instanceof Released) return Outcome.RELEASED;
        if (state instanceof Rejected rejected) return new Outcome.Rejected(reason(rejected.getError()));
        if (state instanceof Modified modified) {
            return new Outcome.Modified(
                    Boolean.TRUE.equals(modified.getDeliveryFailed()),
                    Boolean.TRUE.equals(modified.getUndeliverableHere()),
                    AddedAnnotations.merged(before, modified.getMessageAnnotations()));
        }
        return defaultOutcome == null ? Outcome.RELEASED : of(defaultOutcome, null, before);
    }

    private static String reason(@Nullable ErrorCondition error) {
        if (error == null) return "";
        String condition =
                error.getCondition() == null ? "" : error.getCondition().toString();
        return error.getDescription() == null ? condition : condition + ": " + error.getDescription();
    }

    /** A settlement that is to be answered: the delivery and, where it has no content, the state to repeat. */
    static long token(int deliveryId, @Nullable DeliveryState state) {
        int kind = state instanceof Accepted ? ACCEPTED : state instanceof Released ? RELEASED : OTHER;
        return ((long) kind << 32) | Integer.toUnsignedLong(deliveryId);
    }

    static int deliveryId(long token) {
        return (int) token;
    }

    static @Nullable DeliveryState state(long token) {
        return switch ((int) (token >>> 32)) {
            case ACCEPTED -> Accepted.getInstance();
            case RELEASED -> Released.getInstance();
            default -> null;
        };
    }

    /** What a message that the core has refused is rejected with. */
    static Symbol conditionOf(PublishOutcome.Reason reason) {
        return switch (reason) {
            case NOT_ALLOWED, INVALID_ADDRESS -> AmqpError.NOT_ALLOWED;
            case TOO_LARGE -> LinkError.MESSAGE_SIZE_EXCEEDED;
            case TARGET_GONE -> AmqpError.RESOURCE_DELETED;
            case MEMORY_USED_UP, DISK_FULL, QUOTA_USED_UP -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
        };
    }

    static Rejected rejected(Symbol condition, String sentence) {
        Rejected rejected = new Rejected();
        rejected.setError(new ErrorCondition(condition, sentence));
        return rejected;
    }
}
