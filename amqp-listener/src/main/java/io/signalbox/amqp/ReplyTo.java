package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * Addresses for answers between AMQP and the names other protocols use: elsewhere a bare name is a topic and {@code
 * $queue/<name>} a queue, in AMQP the prefixes say so. The names themselves are never changed. Pure functions.
 */
final class ReplyTo {

    /** Annotation by which JMS clients say what a reply-to is: 0 queue, 1 topic, 2 temporary queue, 3 temporary topic. */
    static final Symbol JMS_REPLY_TO_KIND = Symbol.valueOf("x-opt-jms-reply-to");

    /** The same for the node a message is sent to. */
    static final Symbol JMS_DESTINATION_KIND = Symbol.valueOf("x-opt-jms-dest");

    private static final String NEUTRAL_QUEUE = "$queue/";

    private ReplyTo() {}

    /** @param jmsKind the value of the annotation {@link #JMS_REPLY_TO_KIND}, if there is one */
    static String toNeutral(String address, @Nullable Object jmsKind) {
        if (address.startsWith(Address.TOPIC_PREFIX)) return address.substring(Address.TOPIC_PREFIX.length());
        if (address.startsWith(Address.TOPIC_PATH))
            return Address.decode(address.substring(Address.TOPIC_PATH.length()));
        if (address.startsWith(Address.QUEUE_PREFIX)) {
            return NEUTRAL_QUEUE + address.substring(Address.QUEUE_PREFIX.length());
        }
        if (address.startsWith(Address.QUEUE_PATH)) {
            return NEUTRAL_QUEUE + Address.decode(address.substring(Address.QUEUE_PATH.length()));
        }
        boolean topic = jmsKind instanceof Number kind && (kind.intValue() & 1) == 1;
        return topic ? address : NEUTRAL_QUEUE + address;
    }

    static String fromNeutral(String name) {
        if (name.startsWith(NEUTRAL_QUEUE)) return Address.QUEUE_PREFIX + name.substring(NEUTRAL_QUEUE.length());
        return Address.TOPIC_PREFIX + name;
    }

    /** What {@link #JMS_REPLY_TO_KIND} says of a name of other protocols. */
    static byte jmsKindOfNeutral(String name) {
        return (byte) (name.startsWith(NEUTRAL_QUEUE) ? 0 : 1);
    }
}
