package io.signalbox.amqp;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.jspecify.annotations.Nullable;

/** How long a node lasts that was made for a link (AMQP 1.0 §3.5.10 to §3.5.13). */
enum LifetimePolicy {
    /** As long as the link that made it. */
    DELETE_ON_CLOSE,
    /** As long as any link has it as source or target. */
    DELETE_ON_NO_LINKS,
    /** As long as the link that made it, and then until no message is in it. */
    DELETE_ON_NO_MESSAGES,
    /** As long as there are links or messages. */
    DELETE_ON_NO_LINKS_OR_MESSAGES;

    private static final Symbol PROPERTY = Symbol.valueOf("lifetime-policy");

    /** The one that a terminus asks for; without a word a node goes with its link. */
    static LifetimePolicy askedFor(@Nullable Map<?, ?> dynamicNodeProperties) {
        Object wanted = dynamicNodeProperties == null ? null : dynamicNodeProperties.get(PROPERTY);
        if (wanted instanceof DeleteOnNoLinks) return DELETE_ON_NO_LINKS;
        if (wanted instanceof DeleteOnNoMessages) return DELETE_ON_NO_MESSAGES;
        if (wanted instanceof DeleteOnNoLinksOrMessages) return DELETE_ON_NO_LINKS_OR_MESSAGES;
        return DELETE_ON_CLOSE;
    }

    /** What the node's properties say. */
    Map<Symbol, Object> properties() {
        return Map.of(
                PROPERTY,
                switch (this) {
                    case DELETE_ON_CLOSE -> DeleteOnClose.getInstance();
                    case DELETE_ON_NO_LINKS -> DeleteOnNoLinks.getInstance();
                    case DELETE_ON_NO_MESSAGES -> DeleteOnNoMessages.getInstance();
                    case DELETE_ON_NO_LINKS_OR_MESSAGES -> DeleteOnNoLinksOrMessages.getInstance();
                });
    }

    /** Whether the node is to go as far as links are concerned. */
    boolean isOverForLinks(boolean makerIsGone, int links) {
        return switch (this) {
            case DELETE_ON_CLOSE, DELETE_ON_NO_MESSAGES -> makerIsGone;
            case DELETE_ON_NO_LINKS, DELETE_ON_NO_LINKS_OR_MESSAGES -> links == 0;
        };
    }

    /** Whether messages keep the node. */
    boolean countsMessages() {
        return this == DELETE_ON_NO_MESSAGES || this == DELETE_ON_NO_LINKS_OR_MESSAGES;
    }
}
