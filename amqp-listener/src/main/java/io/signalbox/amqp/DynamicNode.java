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

    /** As much of a container's or link's name as an operator needs to know it again. */
    private static final int LABEL_CHARS = 32;

    enum Kind {
        QUEUE(QueueSettings.OF_A_LINK),
        TOPIC("temporary-topic-");

        private final String nameStart;

        Kind(String nameStart) {
            this.nameStart = nameStart;
        }

        private boolean isName(String name) {
            return name.length() >= nameStart.length() + UUID_CHARS && name.startsWith(nameStart);
        }
    }

    /** The kind that a terminus's capabilities ask for: a queue if they say nothing. */
    static Kind kindOf(Symbol @Nullable [] capabilities) {
        // the way an address is read says which kind a capability stands for
        boolean topic = capabilities != null && Address.parse("", capabilities) instanceof Address.Topic;
        return topic ? Kind.TOPIC : Kind.QUEUE;
    }

    /**
     * A new one, named after its maker: "the generated name of the address SHOULD include the link name and the container-id"
     * (AMQP 1.0 §3.5.3).
     */
    static DynamicNode create(Kind kind, String container, String link, LifetimePolicy lifetime) {
        String maker = label(container) + "-" + label(link) + "-";
        return new DynamicNode(kind, kind.nameStart + maker + UUID.randomUUID(), lifetime);
    }

    /** Nothing in it has a meaning in an address, a topic or a filter. */
    private static String label(String name) {
        String shortened = name.substring(0, Math.min(name.length(), LABEL_CHARS));
        return shortened.replaceAll("[^A-Za-z0-9._-]", "_");
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
