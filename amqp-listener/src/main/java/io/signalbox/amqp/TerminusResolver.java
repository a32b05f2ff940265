package io.signalbox.amqp;

import io.signalbox.amqp.DynamicNodes.Visit;
import io.signalbox.amqp.NamedSubscriptions.Share;
import io.signalbox.amqp.NamedSubscriptions.Topic;
import io.signalbox.broker.BindingTerms;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.NamedOrigin;
import io.signalbox.broker.routing.TopicSyntax;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a peer attaches to into nodes of the virtual host: addresses, capabilities, and what of a terminus is not
 * offered (AMQP 1.0 §3.5). Confined to the connection's event loop; stages complete on it.
 */
final class TerminusResolver {

    private static final Symbol TOPIC = Symbol.valueOf("topic");
    private static final Symbol TEMPORARY_TOPIC = Symbol.valueOf("temporary-topic");
    /** Routes to a queue by its name. */
    static final String DEFAULT_EXCHANGE = "";

    private final VirtualHost host;
    private final NamedSubscriptions subscriptions;
    private final DynamicNodes nodes;
    private final Loop loop;
    private final NamedOrigin peer;

    /**
     * Where a sender's messages go.
     *
     * @param exchange routes by {@code key}
     * @param key the routing key; empty if each message's subject is
     * @param unmatched the answer to a message that nothing is bound for
     * @param visit the link's use of a node that was made for a link, if it is one
     */
    record PublishTarget(Exchange exchange, Optional<String> key, Unmatched unmatched, Optional<Visit> visit) {

        PublishTarget(Exchange exchange, Optional<String> key, Unmatched unmatched) {
            this(exchange, key, unmatched, Optional.empty());
        }

        /** The node, if it was made for this link. */
        Optional<DynamicNode> made() {
            return visit.filter(Visit::maker).map(Visit::node);
        }

        PublishTarget with(Optional<Visit> visited) {
            return new PublishTarget(exchange, key, unmatched, visited);
        }
    }

    /** What a sender hears of a message without a target; the core counts it in either case. */
    enum Unmatched {
        /** AMQP 1.0 §3.4.4: "not (and will not be) acted upon". */
        RELEASED,
        /** As a sender expects that asks for the capability {@code topic}: to JMS a topic nobody listens to is no error. */
        ACCEPTED
    }

    /**
     * What a receiver consumes from.
     *
     * @param visit the link's use of a node that was made for a link, if it is one
     * @param subscription the link's share in a subscription with a name, if it is one
     * @param view what the link sees of it
     */
    record ConsumeSource(
            MessageQueue queue,
            Lifetime lifetime,
            Optional<Visit> visit,
            Optional<Share> subscription,
            SourceView view) {

        ConsumeSource(MessageQueue queue, Lifetime lifetime, Optional<Visit> visit, SourceView view) {
            this(queue, lifetime, visit, Optional.empty(), view);
        }

        ConsumeSource(NamedSubscriptions.Joined joined, SourceView view) {
            this(joined.queue(), Lifetime.OF_SUBSCRIPTION, Optional.empty(), Optional.of(joined.share()), view);
        }

        /** The node, if it was made for this link. */
        Optional<DynamicNode> made() {
            return visit.filter(Visit::maker).map(Visit::node);
        }

        /** Whether others may get the same messages. */
        boolean isOfTopic() {
            return queue.settings().purpose() == QueueSettings.Purpose.SUBSCRIPTION;
        }
    }

    /** How long the node behind a source stays. */
    enum Lifetime {
        /** As long as the node: what the catalogue or its lifetime policy says. */
        OF_NODE,
        /** Until the link ends. */
        OF_LINK,
        /** As long as the subscription with a name, which may outlive the link. */
        OF_SUBSCRIPTION
    }

    /** @param peer who attaches: the creator of queues that come into being by it, and a publisher of its own messages */
    TerminusResolver(AmqpListener listener, Loop loop, NamedOrigin peer) {
        this.host = listener.host();
        this.subscriptions = listener.subscriptions();
        this.nodes = listener.nodes();
        this.loop = loop;
        this.peer = peer;
    }

    /**
     * Where a sending peer wants its messages.
     *
     * @param link its name, in that of a node that is made for it
     */
    CompletionStage<PublishTarget> target(org.apache.qpid.proton.amqp.transport.@Nullable Target wanted, String link)
            throws Refusal {
        if (wanted instanceof Coordinator) throw notOffered("transactions");
        if (!(wanted instanceof Target target)) throw invalid("an attach of a sender needs a target");
        if (target.getDynamic()) return dynamicTarget(target, link);
        String text = target.getAddress();
        if (text == null) throw invalid("a target needs an address here");
        Address address = parse(text, target.getCapabilities());
        if (address instanceof Address.Topic topic) {
            return CompletableFuture.completedStage(
                    topicTarget(topic.name(), unmatched(target)).with(nodes.visit(topic.name())));
        }
        if (address instanceof Address.Exchange exchange) {
            return CompletableFuture.completedStage(
                    new PublishTarget(existing(exchange.name()), exchange.key(), Unmatched.RELEASED));
        }
        // The way goes by the default exchange, so that a queue that was removed and made again is found again.
        PublishTarget byName =
                new PublishTarget(existing(DEFAULT_EXCHANGE), Optional.of(nameOf(address)), Unmatched.RELEASED);
        CompletionStage<MessageQueue> queue = queue(nameOf(address));
        Optional<Visit> visit = nodes.visit(nameOf(address));
        return orLeave(visit, queue.thenApply(found -> byName.with(visit)));
    }

    private CompletionStage<PublishTarget> dynamicTarget(Target target, String link) throws Refusal {
        checkUnnamed(target.getAddress());
        Visit visit = makeNode(link, target.getCapabilities(), target.getDynamicNodeProperties());
        Optional<String> key = Optional.of(visit.node().name());
        if (visit.node().kind() == DynamicNode.Kind.TOPIC) {
            return CompletableFuture.completedStage(
                    new PublishTarget(host.topics(), key, unmatched(target), Optional.of(visit)));
        }
        PublishTarget byName =
                new PublishTarget(existing(DEFAULT_EXCHANGE), key, Unmatched.RELEASED, Optional.of(visit));
        return queueOf(visit).thenApply(queue -> byName);
    }

    private CompletionStage<ConsumeSource> dynamicSource(Source source, String link) throws Refusal {
        checkUnnamed(source.getAddress());
        boolean isTopic = DynamicNode.kindOf(source.getCapabilities()) == DynamicNode.Kind.TOPIC;
        SourceFilters filters = isTopic ? SourceFilters.of(source) : SourceFilters.NONE;
        SourceView view = isTopic ? SourceView.ofTopic(filters) : SourceView.ofQueue(source);
        Visit visit = makeNode(link, source.getCapabilities(), source.getDynamicNodeProperties());
        if (isTopic) return topicOfLink(VirtualHost.TOPICS, visit.node().name(), filters, Optional.of(visit));
        return queueOf(visit).thenApply(queue -> new ConsumeSource(queue, Lifetime.OF_NODE, Optional.of(visit), view));
    }

    private Visit makeNode(String link, Symbol @Nullable [] capabilities, @Nullable Map<?, ?> properties) {
        return nodes.begin(DynamicNode.create(
                DynamicNode.kindOf(capabilities), peer.originName(), link, LifetimePolicy.askedFor(properties)));
    }

    private CompletionStage<MessageQueue> queueOf(Visit made) throws Refusal {
        QueueSettings settings = settings(made.node().name(), Durability.TRANSIENT);
        return orLeave(Optional.of(made), host.declareQueue(loop, settings));
    }

    private <T> CompletionStage<T> orLeave(Optional<Visit> visit, CompletionStage<T> found) {
        return found.whenComplete((there, failure) -> {
            if (failure != null) leave(visit);
        });
    }

    private void leave(Optional<Visit> visit) {
        visit.ifPresent(left -> nodes.leave(loop, left));
    }

    /** AMQP 1.0 §3.5.3: "In this case the address field MUST NOT be set." */
    private static void checkUnnamed(@Nullable String address) throws Refusal {
        if (address != null) throw invalid("a dynamic node gets its address from the broker");
    }

    /** Whether what {@link #target} found would be found again as it is: a queue may have been removed since. */
    boolean isThere(PublishTarget target) {
        if (target.key().filter(nodes::isGone).isPresent()) return false;
        boolean byQueueName = target.exchange().name().equals(DEFAULT_EXCHANGE);
        return !byQueueName || target.key().flatMap(host::queue).isPresent();
    }

    /** What a receiving peer wants to consume from. */
    CompletionStage<ConsumeSource> source(SourceWish wish) throws Refusal {
        if (wish.isLookup()) {
            return subscriptions.find(loop, wish.names(), wish.holder()).thenApply(joined -> {
                SourceFilters filters = SourceFilters.of(joined.share().topic().terms());
                return new ConsumeSource(joined, SourceView.ofTopic(filters));
            });
        }
        Source source = wish.messages();
        if (source == null) throw invalid("a source of this type can only be a target");
        if (source.getDynamic()) return dynamicSource(source, wish.link());
        String text = source.getAddress();
        if (text == null) throw invalid("a source without an address must be dynamic");
        Address address = parse(text, source.getCapabilities());
        if (address instanceof Address.Topic topic) return topicSource(VirtualHost.TOPICS, topic.name(), wish, source);
        if (address instanceof Address.Exchange exchange) {
            existing(exchange.name());
            return topicSource(exchange.name(), exchange.key().orElse(""), wish, source);
        }
        String name = nameOf(address);
        boolean unmarked = address instanceof Address.Unmarked;
        if (unmarked && TopicSyntax.MQTT.hasWildcard(name) && host.queue(name).isEmpty()) {
            return topicSource(VirtualHost.TOPICS, name, wish, source);
        }
        SourceView view = SourceView.ofQueue(source);
        CompletionStage<MessageQueue> queue = queue(name);
        Optional<Visit> visit = nodes.visit(name);
        return orLeave(visit, queue.thenApply(found -> new ConsumeSource(found, Lifetime.OF_NODE, visit, view)));
    }

    private Address parse(String text, Symbol @Nullable [] capabilities) throws Refusal {
        if (text.startsWith("$") || text.equals("/management")) throw notOffered("the node " + text);
        Address address = Address.parse(text, capabilities(capabilities));
        // nor is the default exchange one for everybody: its keys are the names of all queues, whosever they are
        if (nameOf(address).isEmpty()) throw invalid("the address names nothing");
        return address;
    }

    private static Unmatched unmatched(Target target) {
        for (Symbol capability : capabilities(target.getCapabilities())) {
            if (TOPIC.equals(capability) || TEMPORARY_TOPIC.equals(capability)) return Unmatched.ACCEPTED;
        }
        return Unmatched.RELEASED;
    }

    private PublishTarget topicTarget(String topic, Unmatched unmatched) throws Refusal {
        // design: publishing to a wildcard is refused, in AMQP as in MQTT (MQTT-3.3.2-2)
        if (TopicSyntax.MQTT.hasWildcard(topic)) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "messages cannot be published to a wildcard: " + topic);
        }
        return new PublishTarget(host.topics(), Optional.of(topic), unmatched);
    }

    /** Whether what goes there stays on disk: an exchange may lead to such queues, too, and to others. */
    boolean isDurableQueue(PublishTarget target) {
        return target.exchange().name().equals(DEFAULT_EXCHANGE)
                && target.key()
                        .flatMap(host::queue)
                        .map(queue -> queue.settings().durable())
                        .orElse(false);
    }

    private Exchange existing(String name) throws Refusal {
        return host.exchange(name)
                .orElseThrow(() -> Refusal.ofLink(AmqpError.NOT_FOUND, "there is no exchange " + name));
    }

    private CompletionStage<MessageQueue> queue(String name) throws Refusal {
        Optional<MessageQueue> existing = host.queue(name);
        if (existing.isPresent() && existing.get().settings().purpose() != QueueSettings.Purpose.SHARED) {
            throw Refusal.ofLink(
                    AmqpError.RESOURCE_LOCKED, "the queue " + name + " belongs to a session or subscription");
        }
        if (existing.isPresent() && !existing.get().settings().durable()) {
            return CompletableFuture.completedStage(existing.get());
        }
        if (existing.isEmpty() && DynamicNode.isName(name)) {
            throw DynamicNodes.gone(AmqpError.NOT_FOUND, name);
        }
        // also asked for one that exists, since its declaration may still wait for its force
        return host.declareQueue(loop, settings(name, Durability.DURABLE));
    }

    private CompletionStage<ConsumeSource> topicSource(String exchange, String filter, SourceWish wish, Source source)
            throws Refusal {
        SourceFilters filters = SourceFilters.of(source);
        if (wish.names().isEmpty()) return topicOfLink(exchange, filter, filters, nodes.visit(filter));
        if (nodes.isGone(filter)) throw DynamicNodes.gone(AmqpError.NOT_FOUND, filter);
        SubscriptionName name = wish.names().get(0);
        Topic topic = new Topic(exchange, filters.termsOf(filter, peer.originName()));
        SourceView view = SourceView.ofTopic(filters);
        QueueSettings settings = subscription(name.queueName(), Durability.of(name.kind()));
        return subscriptions
                .join(loop, new Share(name, topic, wish.holder()), settings)
                .thenApply(joined -> new ConsumeSource(joined, view));
    }

    /** A queue of the link's own, bound to the exchange by the filter. */
    private CompletionStage<ConsumeSource> topicOfLink(
            String exchange, String filter, SourceFilters filters, Optional<Visit> visit) throws Refusal {
        BindingTerms terms = filters.termsOf(filter, peer);
        SourceView view = SourceView.ofTopic(filters);
        String name = "subscription-" + UUID.randomUUID();
        return orLeave(
                visit,
                host.declareQueue(loop, subscription(name, Durability.TRANSIENT))
                        .thenCompose(queue -> host.bind(loop, exchange, name, terms))
                        .thenApply(queue -> new ConsumeSource(queue, Lifetime.OF_LINK, visit, view))
                        .whenComplete((queue, failure) -> {
                            if (failure != null && host.queue(name).isPresent()) host.deleteQueue(loop, name);
                        }));
    }

    /** The link is gone, and with it what was made for it alone. */
    void release(PublishTarget target) {
        leave(target.visit());
    }

    /** The link is gone, and with it what was made for it alone. */
    void release(ConsumeSource source) {
        switch (source.lifetime()) {
            case OF_NODE -> {}
            case OF_LINK -> host.deleteQueue(loop, source.queue().settings().name());
            case OF_SUBSCRIPTION -> source.subscription().ifPresent(share -> subscriptions.leave(loop, share));
        }
        leave(source.visit());
    }

    /**
     * The peer has closed the link, so that its terminus ends too (AMQP 1.0 §2.6.5).
     *
     * @return completes when that is durable; fails with a {@link Refusal} if the terminus stays
     */
    CompletionStage<?> end(ConsumeSource source) {
        if (source.subscription().isPresent()) {
            return subscriptions.end(loop, source.subscription().get());
        }
        release(source);
        return CompletableFuture.completedStage(source);
    }

    private enum Durability {
        DURABLE,
        TRANSIENT;

        static Durability of(SubscriptionName.Kind kind) {
            return kind.isDurable() ? DURABLE : TRANSIENT;
        }
    }

    private QueueSettings subscription(String name, Durability durability) throws Refusal {
        try {
            return QueueSettings.subscription(name, durability == Durability.DURABLE, peer.originName());
        } catch (IllegalArgumentException e) {
            throw invalid("the link and its container cannot name a subscription: " + e.getMessage());
        }
    }

    private QueueSettings settings(String name, Durability durability) throws Refusal {
        try {
            return durability == Durability.DURABLE
                    ? QueueSettings.durable(name, peer.originName())
                    : QueueSettings.transientQueue(name, peer.originName());
        } catch (IllegalArgumentException e) {
            throw invalid("the address cannot name a queue: " + e.getMessage());
        }
    }

    private static String nameOf(Address address) {
        if (address instanceof Address.Queue queue) return queue.name();
        if (address instanceof Address.Topic topic) return topic.name();
        if (address instanceof Address.Unmarked unmarked) return unmarked.name();
        return ((Address.Exchange) address).name();
    }

    private static Symbol[] capabilities(Symbol @Nullable [] capabilities) {
        return capabilities == null ? new Symbol[0] : capabilities;
    }

    private static Refusal notOffered(String what) {
        return Refusal.ofLink(AmqpError.NOT_IMPLEMENTED, "this broker does not offer " + what);
    }

    private static Refusal invalid(String sentence) {
        return Refusal.ofLink(AmqpError.INVALID_FIELD, sentence);
    }
}
