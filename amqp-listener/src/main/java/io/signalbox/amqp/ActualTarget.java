package io.signalbox.amqp;

import io.signalbox.amqp.TerminusResolver.PublishTarget;
import io.signalbox.broker.VirtualHost;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The target that is really there, as the answer to an attach tells it (AMQP 1.0 §2.6.3, §3.5.4): the node that was asked for,
 * and no durable terminus. Pure functions.
 */
final class ActualTarget {

    private ActualTarget() {}

    /** @param found empty if each message names its own */
    static Target of(org.apache.qpid.proton.amqp.transport.@Nullable Target asked, Optional<PublishTarget> found) {
        Target actual = new Target();
        if (asked instanceof Target wanted) {
            actual.setAddress(wanted.getAddress());
            actual.setCapabilities(
                    found.isEmpty() ? wanted.getCapabilities() : capabilities(found.get(), wanted.getCapabilities()));
        }
        actual.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
        found.flatMap(PublishTarget::made).ifPresent(node -> {
            actual.setAddress(node.address());
            actual.setDynamic(true);
            actual.setDynamicNodeProperties(node.lifetime().properties());
        });
        return actual;
    }

    private static Symbol @Nullable [] capabilities(PublishTarget found, Symbol @Nullable [] wanted) {
        return switch (found.exchange().name()) {
            case VirtualHost.TOPICS -> found.key().isPresent() ? NodeCapabilities.ofTopic(wanted, List.of()) : null;
            case TerminusResolver.DEFAULT_EXCHANGE -> NodeCapabilities.ofQueue(wanted);
            default -> null; // an exchange by its own name
        };
    }
}
