package io.signalbox.amqp;

import io.signalbox.broker.queue.QueueSettings;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * A node that is made for a link, under a name of the broker's (AMQP 1.0 §3.5.3, §3.5.4: {@code dynamic}). Immutable.
 *
 * @param name never used before, and no node of this name is made by anybody who asks for it later
 */
record DynamicNode(Kind kind, String name, LifetimePolicy lifetime) {

    private static final int UUID_CHARS = 36;

    enum Kind {
        QUEUE(QueueSettings.OF_A_LINK),
        TOPIC("temporary-topic-");

        private final String nameStart;

        Kind(String nameStart) {
            this.nameStart = nameStart;
        }

        private boolean isName(String name) {
            return name.length() == nameStart.length() + UUID_CHARS && name.startsWith(nameStart);
        }
    }

    /** The kind that a terminus's capabilities ask for: a queue if they say nothing. */
    static Kind kindOf(Symbol @Nullable [] capabilities) {
        // the way an address is read says which kind a capability stands for
        boolean topic = capabilities != null && Address.parse("", capabilities) instanceof Address.Topic;
        return topic ? Kind.TOPIC : Kind.QUEUE;
    }

    /** A new one, of the kind that the terminus's capabilities ask for. */
    static DynamicNode create(Symbol @Nullable [] capabilities, LifetimePolicy lifetime) {
        Kind kind = kindOf(capabilities);
        return new DynamicNode(kind, kind.nameStart + UUID.randomUUID(), lifetime);
    }

    /** Whether a node of this name was made for a link. */
    static boolean isName(String name) {
        return Kind.QUEUE.isName(name) || Kind.TOPIC.isName(name);
    }

    /** By which every link finds it, whatever its capabilities. */
    String address() {
        return (kind == Kind.QUEUE ? Address.QUEUE_PREFIX : Address.TOPIC_PREFIX) + name;
    }
}
