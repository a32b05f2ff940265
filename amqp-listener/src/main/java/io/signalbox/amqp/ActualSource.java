package io.signalbox.amqp;

import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The source that is really there, as the answer to an attach tells it (AMQP 1.0 §2.6.3, §3.5.3): what was asked for as far as
 * it is in force. Pure functions.
 */
final class ActualSource {

    private ActualSource() {}

    /** @param wanted null if the peer has asked what there is */
    static Source of(@Nullable Source wanted, TerminusResolver.ConsumeSource found) {
        Source actual = new Source();
        if (wanted != null) {
            actual.setAddress(wanted.getAddress());
            actual.setDefaultOutcome(wanted.getDefaultOutcome());
        }
        found.made().ifPresent(node -> {
            actual.setAddress(node.address());
            actual.setDynamic(true);
            actual.setDynamicNodeProperties(node.lifetime().properties());
        });
        actual.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
        actual.setDistributionMode(found.isOfTopic() ? ofTopic(wanted) : ofQueue(found.view()));
        // AMQP 1.0 §3.5.3: "the sending endpoint sets the filter actually in place"
        if (!found.view().filterSet().isEmpty()) actual.setFilter(found.view().filterSet());
        found.subscription().ifPresent(share -> {
            if (wanted == null) actual.setAddress(addressOf(share.topic()));
            if (share.name().kind().isDurable()) {
                // What was not settled comes again; no map of what was unsettled is kept.
                actual.setDurable(TerminusDurability.CONFIGURATION);
                actual.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
            }
        });
        actual.setCapabilities(
                capabilities(actual.getAddress(), wanted == null ? null : wanted.getCapabilities(), found));
        actual.setOutcomes(Outcomes.SYMBOLS);
        return actual;
    }

    private static Symbol[] capabilities(
            String address, Symbol @Nullable [] wanted, TerminusResolver.ConsumeSource found) {
        if (!found.isOfTopic()) return NodeCapabilities.ofQueue(wanted);
        List<Symbol> ofSubscription = new ArrayList<>(2);
        found.subscription().map(share -> share.name().kind()).ifPresent(kind -> {
            if (kind.isShared()) ofSubscription.add(SubscriptionName.SHARED);
            if (kind.isGlobal()) ofSubscription.add(SubscriptionName.GLOBAL);
        });
        boolean byExchange =
                Address.parse(address, wanted == null ? new Symbol[0] : wanted) instanceof Address.Exchange;
        return byExchange ? ofSubscription.toArray(Symbol[]::new) : NodeCapabilities.ofTopic(wanted, ofSubscription);
    }

    /** On a topic a message that went to one receiver is still there for the others. */
    private static Symbol ofTopic(@Nullable Source wanted) {
        boolean move = wanted != null && SourceView.MOVE.equals(wanted.getDistributionMode());
        return move ? SourceView.MOVE : SourceView.COPY;
    }

    private static Symbol ofQueue(SourceView view) {
        return view.mode() == Mode.BROWSE ? SourceView.COPY : SourceView.MOVE;
    }

    private static String addressOf(NamedSubscriptions.Topic topic) {
        if (topic.exchange().equals(VirtualHost.TOPICS)) return topic.filter();
        return Address.EXCHANGE_PATH + encoded(topic.exchange()) + "/" + encoded(topic.filter());
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
