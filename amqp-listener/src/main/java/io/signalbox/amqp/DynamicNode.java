package io.signalbox.amqp;

import io.signalbox.broker.queue.QueueSettings;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.jspecify.annotations.Nullable;

/**
 * A node that is made for a link, under a name of the broker's (AMQP 1.0 §3.5.3, §3.5.4: {@code dynamic}). It lasts as long as
 * that link, whatever other lifetime policy was asked for; its attach says so. Immutable.
 *
 * @param name never used before, and no queue of this name is made by anybody who asks for it later
 */
record DynamicNode(Kind kind, String name) {

    /** AMQP 1.0 §3.5.10: what the node's properties say. */
    static final Map<Symbol, Object> PROPERTIES =
            Map.of(Symbol.valueOf("lifetime-policy"), DeleteOnClose.getInstance());

    private static final String TOPIC_NAME = "temporary-topic-";

    enum Kind {
        QUEUE,
        TOPIC
    }

    /** A new one, of the kind that the terminus's capabilities ask for: a queue if they say nothing. */
    static DynamicNode create(Symbol @Nullable [] capabilities) {
        // the way an address is read says which kind a capability stands for
        boolean topic = capabilities != null && Address.parse("", capabilities) instanceof Address.Topic;
        return topic
                ? new DynamicNode(Kind.TOPIC, TOPIC_NAME + UUID.randomUUID())
                : new DynamicNode(Kind.QUEUE, QueueSettings.OF_A_LINK + UUID.randomUUID());
    }

    /** Whether a queue of this name was made for a link. */
    static boolean isQueueName(String name) {
        return QueueSettings.isOfALink(name);
    }

    /** By which every link finds it, whatever its capabilities. */
    String address() {
        return (kind == Kind.QUEUE ? Address.QUEUE_PREFIX : Address.TOPIC_PREFIX) + name;
    }
}
