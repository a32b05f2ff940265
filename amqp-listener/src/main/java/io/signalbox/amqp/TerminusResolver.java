package io.signalbox.amqp;

import io.signalbox.amqp.NamedSubscriptions.Share;
import io.signalbox.amqp.NamedSubscriptions.Topic;
import io.signalbox.broker.BindingTerms;
import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.NamedOrigin;
import io.signalbox.broker.routing.TopicSyntax;
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
    private static final String DEFAULT_EXCHANGE = "";

    private final VirtualHost host;
    private final NamedSubscriptions subscriptions;
    private final Loop loop;
    private final NamedOrigin peer;

    /**
     * Where a sender's messages go.
     *
     * @param exchange routes by {@code key}
     * @param key the routing key; empty if each message's subject is
     * @param unmatched the answer to a message that nothing is bound for
     * @param dynamic the node, if it was made for the link
     */
    record PublishTarget(Exchange exchange, Optional<String> key, Unmatched unmatched, Optional<DynamicNode> dynamic) {

        PublishTarget(Exchange exchange, Optional<String> key, Unmatched unmatched) {
            this(exchange, key, unmatched, Optional.empty());
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
     * @param dynamic the node, if it was made for the link
     * @param subscription the link's share in a subscription with a name, if it is one
     * @param view what the link sees of it
     */
    record ConsumeSource(
            MessageQueue queue,
            Lifetime lifetime,
            Optional<DynamicNode> dynamic,
            Optional<Share> subscription,
            SourceView view) {

        ConsumeSource(MessageQueue queue, Lifetime lifetime, SourceView view) {
            this(queue, lifetime, Optional.empty(), Optional.empty(), view);
        }

        ConsumeSource(NamedSubscriptions.Joined joined, SourceView view) {
            this(joined.queue(), Lifetime.OF_SUBSCRIPTION, Optional.empty(), Optional.of(joined.share()), view);
        }

        ConsumeSource madeFor(DynamicNode node) {
            return new ConsumeSource(queue, lifetime, Optional.of(node), subscription, view);
        }

        /** Whether others may get the same messages. */
        boolean isOfTopic() {
            return queue.settings().purpose() == QueueSettings.Purpose.SUBSCRIPTION;
        }
    }

    /** How long the node behind a source stays. */
    enum Lifetime {
        /** As long as the broker's catalogue says. */
        PERMANENT,
        /** Until the link ends. */
        OF_LINK,
        /** As long as the subscription with a name, which may outlive the link. */
        OF_SUBSCRIPTION
    }

    /** @param peer who attaches: the creator of queues that come into being by it, and a publisher of its own messages */
    TerminusResolver(VirtualHost host, NamedSubscriptions subscriptions, Loop loop, NamedOrigin peer) {
        this.host = host;
        this.subscriptions = subscriptions;
        this.loop = loop;
        this.peer = peer;
    }

    /** Where a sending peer wants its messages. */
    CompletionStage<PublishTarget> target(org.apache.qpid.proton.amqp.transport.@Nullable Target wanted)
            throws Refusal {
        if (wanted instanceof Coordinator) throw notOffered("transactions");
        if (!(wanted instanceof Target target)) throw invalid("an attach of a sender needs a target");
        if (target.getDynamic()) return dynamicTarget(target);
        String text = target.getAddress();
        if (text == null) throw invalid("a target needs an address here");
        Address address = parse(text, target.getCapabilities());
        if (address instanceof Address.Topic topic) {
            return CompletableFuture.completedStage(topicTarget(topic.name(), unmatched(target)));
        }
        if (address instanceof Address.Exchange exchange) {
            return CompletableFuture.completedStage(
                    new PublishTarget(existing(exchange.name()), exchange.key(), Unmatched.RELEASED));
        }
        // The way goes by the default exchange, so that a queue that was removed and made again is found again.
        PublishTarget byName =
                new PublishTarget(existing(DEFAULT_EXCHANGE), Optional.of(nameOf(address)), Unmatched.RELEASED);
        return queue(nameOf(address)).thenApply(queue -> byName);
    }

    private CompletionStage<PublishTarget> dynamicTarget(Target target) throws Refusal {
        checkUnnamed(target.getAddress());
        DynamicNode node = DynamicNode.create(target.getCapabilities());
        Optional<String> key = Optional.of(node.name());
        if (node.kind() == DynamicNode.Kind.TOPIC) {
            return CompletableFuture.completedStage(
                    new PublishTarget(host.topics(), key, unmatched(target), Optional.of(node)));
        }
        PublishTarget byName =
                new PublishTarget(existing(DEFAULT_EXCHANGE), key, Unmatched.RELEASED, Optional.of(node));
        return host.declareQueue(loop, settings(node.name(), Durability.TRANSIENT))
                .thenApply(queue -> byName);
    }

    private CompletionStage<ConsumeSource> dynamicSource(Source source) throws Refusal {
        checkUnnamed(source.getAddress());
        DynamicNode node = DynamicNode.create(source.getCapabilities());
        if (node.kind() == DynamicNode.Kind.TOPIC) {
            return topicOfLink(VirtualHost.TOPICS, node.name(), source).thenApply(found -> found.madeFor(node));
        }
        SourceView view = SourceView.ofQueue(source);
        return host.declareQueue(loop, settings(node.name(), Durability.TRANSIENT))
                .thenApply(queue -> new ConsumeSource(queue, Lifetime.OF_LINK, view).madeFor(node));
    }

    /** AMQP 1.0 §3.5.3: "In this case the address field MUST NOT be set." */
    private static void checkUnnamed(@Nullable String address) throws Refusal {
        if (address != null) throw invalid("a dynamic node gets its address from the broker");
    }

    /** Whether what {@link #target} found would be found again as it is: a queue may have been removed since. */
    boolean isThere(PublishTarget target) {
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
        if (source.getDynamic()) return dynamicSource(source);
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
        return queue(name).thenApply(queue -> new ConsumeSource(queue, Lifetime.PERMANENT, view));
    }

    private Address parse(String text, Symbol @Nullable [] capabilities) throws Refusal {
        if (text.startsWith("$") || text.equals("/management")) throw notOffered("the node " + text);
        Address address = Address.parse(text, capabilities(capabilities));
        if (!(address instanceof Address.Exchange) && nameOf(address).isEmpty()) throw invalid("the address is empty");
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
        if (existing.isEmpty() && DynamicNode.isQueueName(name)) {
            throw Refusal.ofLink(AmqpError.NOT_FOUND, "the queue " + name + " has gone with the link that made it");
        }
        // also asked for one that exists, since its declaration may still wait for its force
        return host.declareQueue(loop, settings(name, Durability.DURABLE));
    }

    private CompletionStage<ConsumeSource> topicSource(String exchange, String filter, SourceWish wish, Source source)
            throws Refusal {
        if (wish.names().isEmpty()) return topicOfLink(exchange, filter, source);
        SubscriptionName name = wish.names().get(0);
        SourceFilters filters = SourceFilters.of(source);
        Topic topic = new Topic(exchange, filters.termsOf(filter, peer.originName()));
        SourceView view = SourceView.ofTopic(filters);
        QueueSettings settings = subscription(name.queueName(), Durability.of(name.kind()));
        return subscriptions
                .join(loop, new Share(name, topic, wish.holder()), settings)
                .thenApply(joined -> new ConsumeSource(joined, view));
    }

    /** A queue of the link's own, bound to the exchange by the filter. */
    private CompletionStage<ConsumeSource> topicOfLink(String exchange, String filter, Source source) throws Refusal {
        SourceFilters filters = SourceFilters.of(source);
        BindingTerms terms = filters.termsOf(filter, peer);
        SourceView view = SourceView.ofTopic(filters);
        String name = "subscription-" + UUID.randomUUID();
        return host.declareQueue(loop, subscription(name, Durability.TRANSIENT))
                .thenCompose(queue -> host.bind(loop, exchange, name, terms))
                .thenApply(queue -> new ConsumeSource(queue, Lifetime.OF_LINK, view))
                .whenComplete((queue, failure) -> {
                    if (failure != null && host.queue(name).isPresent()) host.deleteQueue(loop, name);
                });
    }

    /** The link is gone, and with it what was made for it alone. */
    void release(PublishTarget target) {
        if (target.dynamic().isEmpty()) return;
        DynamicNode node = target.dynamic().get();
        if (node.kind() == DynamicNode.Kind.QUEUE) host.deleteQueue(loop, node.name());
    }

    /** The link is gone, and with it what was made for it alone. */
    void release(ConsumeSource source) {
        switch (source.lifetime()) {
            case PERMANENT -> {}
            case OF_LINK -> host.deleteQueue(loop, source.queue().settings().name());
            case OF_SUBSCRIPTION -> source.subscription().ifPresent(share -> subscriptions.leave(loop, share));
        }
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

    /** The answer to a peer whose wish the catalogue could not fulfil. */
    static Refusal refusalOf(Throwable failure) {
        Throwable cause =
                failure.getCause() != null && !(failure instanceof CatalogueException) ? failure.getCause() : failure;
        if (cause instanceof Refusal refusal) return refusal;
        String sentence = String.valueOf(cause.getMessage());
        if (!(cause instanceof CatalogueException refused)) {
            return Refusal.ofLink(AmqpError.INTERNAL_ERROR, "the node could not be set up: " + sentence);
        }
        return switch (refused.reason()) {
            case NOT_FOUND -> Refusal.ofLink(AmqpError.NOT_FOUND, sentence);
            case EXISTS_DIFFERENT -> Refusal.ofLink(AmqpError.PRECONDITION_FAILED, sentence);
            case INVALID -> Refusal.ofLink(AmqpError.INVALID_FIELD, sentence);
            case STORE_BUSY -> Refusal.ofLink(AmqpError.RESOURCE_LIMIT_EXCEEDED, sentence);
            case STORE_FAILED -> Refusal.ofConnection(AmqpError.INTERNAL_ERROR, sentence);
        };
    }
}
