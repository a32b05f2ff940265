package io.signalbox.amqp;

import io.signalbox.amqp.AmqpMessages.Parsed;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import java.util.Arrays;
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
 */
record ArrivedMessage(long token, Payload content, Parsed parsed, long arrivedAtMillis) {

    /** @throws Refusal as {@link AmqpMessages#parse} says */
    static ArrivedMessage read(long token, Payload content, long nowMillis) throws Refusal {
        Parsed parsed = AmqpMessages.parse(content.bytes(), content.from(), content.to());
        return new ArrivedMessage(token, content, parsed, nowMillis);
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

    /** As the core takes it. */
    Message addressedTo(String routingKey) throws Refusal {
        byte[] bytes = content.bytes();
        Envelope envelope = new Envelope(
                routingKey,
                parsed.header().durable(),
                parsed.header().priority(),
                parsed.expiresAtMillis(bytes, arrivedAtMillis),
                arrivedAtMillis);
        Body.Inline body = new Body.Inline(bytes, parsed.contentFrom(), content.to());
        // a small message must not hold the memory of the whole read it came in
        if (body.size() < bytes.length / 2) body = body.compact();
        return new Message(envelope, AmqpFormat.INSTANCE, body);
    }

    /** The same in bytes of its own, to be kept for a while. */
    ArrivedMessage compact() throws Refusal {
        byte[] own = Arrays.copyOfRange(content.bytes(), content.from(), content.to());
        return read(token, new Payload(own, 0, own.length), arrivedAtMillis);
    }
}
