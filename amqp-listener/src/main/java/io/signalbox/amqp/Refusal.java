package io.signalbox.amqp;

import io.signalbox.broker.CatalogueException;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/**
 * The peer did what it must not, or asked for what it cannot have. Carries the answer for the wire; caught in one place,
 * {@link AmqpConnection}, which closes the connection, ends the session or detaches the link it names.
 */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** What ends because of the refusal (AMQP 1.0 §2.8.14). */
    enum Scope {
        CONNECTION,
        SESSION,
        LINK
    }

    private final Scope scope;
    private final transient Symbol condition;

    private final transient Map<Symbol, Object> details;

    private Refusal(Scope scope, Symbol condition, String sentence, Map<Symbol, Object> details) {
        super(sentence, null, false, false); // a peer's error has no interesting stack, and must cost little
        this.scope = scope;
        this.condition = condition;
        this.details = details;
    }

    static Refusal ofConnection(Symbol condition, String sentence) {
        return ofConnection(condition, sentence, Map.of());
    }

    /** @param details for the peer's program ({@code info}, AMQP 1.0 §2.8.14) */
    static Refusal ofConnection(Symbol condition, String sentence, Map<Symbol, Object> details) {
        return new Refusal(Scope.CONNECTION, condition, sentence, details);
    }

    static Refusal ofSession(Symbol condition, String sentence) {
        return new Refusal(Scope.SESSION, condition, sentence, Map.of());
    }

    static Refusal ofLink(Symbol condition, String sentence) {
        return new Refusal(Scope.LINK, condition, sentence, Map.of());
    }

    /** As the peer reads it. */
    ErrorCondition toError() {
        ErrorCondition error = new ErrorCondition(condition, sentence());
        if (!details.isEmpty()) error.setInfo(details);
        return error;
    }

    Scope scope() {
        return scope;
    }

    Symbol condition() {
        return condition;
    }

    /** The sentence for the peer and the operator: what was wrong. */
    String sentence() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** The answer to a peer whose wish the catalogue could not fulfil. */
    static Refusal of(Throwable failure) {
        Throwable cause =
                failure.getCause() != null && !(failure instanceof CatalogueException) ? failure.getCause() : failure;
        if (cause instanceof Refusal refusal) return refusal;
        String sentence = String.valueOf(cause.getMessage());
        if (!(cause instanceof CatalogueException refused)) {
            return ofLink(AmqpError.INTERNAL_ERROR, "the node could not be set up: " + sentence);
        }
        return switch (refused.reason()) {
            case NOT_FOUND -> ofLink(AmqpError.NOT_FOUND, sentence);
            case EXISTS_DIFFERENT -> ofLink(AmqpError.PRECONDITION_FAILED, sentence);
            case INVALID -> ofLink(AmqpError.INVALID_FIELD, sentence);
            case STORE_BUSY -> ofLink(AmqpError.RESOURCE_LIMIT_EXCEEDED, sentence);
            case STORE_FAILED -> ofConnection(AmqpError.INTERNAL_ERROR, sentence);
        };
    }
}
