package io.signalbox.amqp;

import io.signalbox.amqp.AmqpMessages.Parsed;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import java.util.Arrays;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came on a link, well-formed, before it is known by which key it is routed. Immutable.
 *
 * @param token goes back with its outcome
 * @param content all its sections
 * @param arrivedAtMillis wall-clock time in milliseconds
 * @param rest of a large message, of which {@code content} is what precedes the body
 */
record ArrivedMessage(long token, Payload content, Parsed parsed, long arrivedAtMillis, Optional<LargeRest> rest) {

    /** @throws Refusal as {@link AmqpMessages#parse} says */
    static ArrivedMessage read(long token, Payload content, long nowMillis) throws Refusal {
        Parsed parsed = AmqpMessages.parse(content.bytes(), content.from(), content.to());
        return new ArrivedMessage(token, content, parsed, nowMillis, Optional.empty());
    }

    static ArrivedMessage large(long token, Payload beforeBody, Parsed parsed, long nowMillis, LargeRest rest) {
        return new ArrivedMessage(token, beforeBody, parsed, nowMillis, Optional.of(rest));
    }

    /** It is not published. */
    void abandon() {
        rest.ifPresent(large -> large.arrival().abandon());
    }

    int size() {
        return content.size();
    }

    Properties properties() throws Refusal {
        return AmqpMessages.properties(content.bytes(), parsed.properties());
    }

    /** What JMS clients say about the node in {@code to}: 0 queue, 1 topic, 2 temporary queue, 3 temporary topic. */
    @Nullable
    Object jmsDestinationKind() throws Refusal {
        return annotation(ReplyTo.JMS_DESTINATION_KIND);
    }

    /** The value of a message annotation, null if there is none. */
    @Nullable
    Object annotation(Symbol name) throws Refusal {
        AmqpMessages.Range section = parsed.annotations();
        if (section.isEmpty()) return null;
        Object value = PerformativeCodec.ofThread().decode(content.bytes(), section.from(), section.to());
        if (!(value instanceof MessageAnnotations annotations) || annotations.getValue() == null) return null;
        return annotations.getValue().get(name);
    }

    /** What the core reads of it. */
    Envelope addressedTo(String routingKey) throws Refusal {
        return new Envelope(
                routingKey,
                parsed.header().durable(),
                parsed.header().priority(),
                parsed.expiresAtMillis(content.bytes(), arrivedAtMillis),
                arrivedAtMillis);
    }

    /** As the core takes one that is not large. */
    Message message(Envelope envelope) {
        byte[] bytes = content.bytes();
        Body.Inline body = new Body.Inline(bytes, parsed.contentFrom(), content.to());
        // a small message must not hold the memory of the whole read it came in
        if (body.size() < bytes.length / 2) body = body.compact();
        return new Message(envelope, AmqpFormat.INSTANCE, body);
    }

    /** The same in bytes of its own, to be kept for a while. */
    ArrivedMessage compact() throws Refusal {
        if (rest.isPresent()) return this;
        byte[] own = Arrays.copyOfRange(content.bytes(), content.from(), content.to());
        return read(token, new Payload(own, 0, own.length), arrivedAtMillis);
    }
}
