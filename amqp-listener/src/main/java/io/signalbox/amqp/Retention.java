package io.signalbox.amqp;

import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.retained.RetainedMessages;
import io.signalbox.broker.retained.RetainedMessages.Change;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * A message to a topic that asks to be kept as its last value for MQTT subscribers, by the message annotation {@code
 * x-opt-retain}; with an empty payload it ends what is kept, as in MQTT 5.0 §3.3.1.3. Pure functions.
 */
final class Retention {

    static final Symbol RETAIN = Symbol.valueOf("x-opt-retain");

    private static final int MAX_TOPIC_BYTES = 65_535;

    private Retention() {}

    /**
     * What goes into the message's record.
     *
     * @throws Refusal if the message asks for what it cannot have; nothing of it has happened
     */
    static Rider rider(RetainedMessages retained, ArrivedMessage arrived, Message message) throws Refusal {
        if (!Boolean.TRUE.equals(arrived.annotation(RETAIN))) return Rider.NONE;
        String topic = message.envelope().address();
        if (topic.isEmpty() || topic.indexOf('\0') >= 0 || topic.length() > MAX_TOPIC_BYTES / 3) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "nothing can be retained for an address that is no MQTT topic");
        }
        if (isEmpty(message)) return retained.removeAnyway(topic).rider();
        Optional<String> why = retained.refusal(message);
        if (why.isPresent()) throw Refusal.ofLink(AmqpError.RESOURCE_LIMIT_EXCEEDED, why.get());
        Change change = retained.keep(message);
        return change.rider();
    }

    /** @throws Refusal if a large message asks to be kept: what is retained is in memory */
    static void refuseLarge(ArrivedMessage arrived) throws Refusal {
        if (!Boolean.TRUE.equals(arrived.annotation(RETAIN))) return;
        throw Refusal.ofLink(
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                "a message of more than " + PartialDelivery.MOST_INLINE_BYTES + " bytes cannot be retained");
    }

    /** What cannot be read as a message would be retained for nobody. */
    private static boolean isEmpty(Message message) throws Refusal {
        try {
            return message.neutralView().payload().size() == 0;
        } catch (IllegalArgumentException e) {
            throw Refusal.ofLink(AmqpError.DECODE_ERROR, String.valueOf(e.getMessage()));
        }
    }
}
