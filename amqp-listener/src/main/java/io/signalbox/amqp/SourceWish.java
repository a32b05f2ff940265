package io.signalbox.amqp;

import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver's attach asks to consume from (AMQP 1.0 §2.6.3). Immutable.
 *
 * @param link the name of the receiver's link
 * @param source null if the peer asks for the terminus that the link's name has left here
 * @param names of the subscription it means: none if it needs no name, several if they are tried in turn
 * @param holder the link, as other links meet it
 */
record SourceWish(
        String link,
        org.apache.qpid.proton.amqp.transport.@Nullable Source source,
        List<SubscriptionName> names,
        NamedSubscriptions.Holder holder) {

    static SourceWish of(String container, Attach attach, NamedSubscriptions.Holder holder) {
        List<SubscriptionName> names = attach.getSource() == null
                ? SubscriptionName.lookedFor(container, attach)
                : SubscriptionName.askedFor(container, attach).map(List::of).orElse(List.of());
        return new SourceWish(attach.getName(), attach.getSource(), names, holder);
    }

    /** Whether the peer does not say what it wants and expects to hear it. */
    boolean isLookup() {
        return source == null;
    }

    /** The terminus, if it is one of messages. */
    @Nullable
    Source messages() {
        return source instanceof Source messages ? messages : null;
    }
}
