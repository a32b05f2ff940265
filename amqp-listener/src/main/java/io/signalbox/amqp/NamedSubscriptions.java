package io.signalbox.amqp;

import io.signalbox.broker.BindingTerms;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of a virtual host that outlive their link or are shared by several: each is a queue, bound to what was
 * subscribed to, and the links that use it now. Thread-safe: what concerns one subscription excludes each other by its name;
 * stages complete on the loop that is given, after the force.
 */
final class NamedSubscriptions {

    private final VirtualHost host;
    private final ConcurrentHashMap<SubscriptionName, Use> uses = new ConcurrentHashMap<>();

    /** What is subscribed to. */
    record Topic(String exchange, BindingTerms terms) {
        String filter() {
            return terms.key();
        }
    }

    /** A link that uses a subscription; equal to itself only. */
    interface Holder {
        /** Another link has taken the subscription over. Any thread. */
        void stolen();
    }

    /** A link's part in a subscription. */
    record Share(SubscriptionName name, Topic topic, Holder holder) {}

    /** A subscription that a link may consume from now. */
    record Joined(MessageQueue queue, Share share) {}

    /** A subscription that is used now. Changed only under the map's exclusion. */
    private static final class Use {
        final Topic topic;
        final Set<Holder> holders = Collections.newSetFromMap(new IdentityHashMap<>(2));

        Use(Topic topic, Holder first) {
            this.topic = topic;
            holders.add(first);
        }
    }

    NamedSubscriptions(VirtualHost host) {
        this.host = host;
    }

    /** What happens to a subscription, and what a link hears of it. */
    private record Step<T>(@Nullable Use use, T answer) {}

    private interface Change<T> {
        Step<T> apply(@Nullable Use use);
    }

    private <T> T exclusively(SubscriptionName name, Change<T> change) {
        List<T> answer = new ArrayList<>(1);
        uses.compute(name, (key, use) -> {
            Step<T> step = change.apply(use);
            answer.add(step.answer);
            return step.use;
        });
        return answer.get(0);
    }

    /**
     * Finds or makes a subscription for a link. One that is not shared is taken over from whoever has it; one that nobody uses
     * and that was made for something else is made anew, as JMS has it.
     *
     * @param settings of its queue
     * @return fails with a {@link Refusal} or what the catalogue says
     */
    CompletionStage<Joined> join(Loop loop, Share wanted, QueueSettings settings) {
        SubscriptionName name = wanted.name();
        if (name.rival().flatMap(this::queueOf).isPresent()) {
            String other = name.kind().isShared() ? " exists and is not shared" : " exists and is shared";
            return refused(Refusal.ofLink(
                    AmqpError.PRECONDITION_FAILED, "the subscription " + name + other + "; unsubscribe it first"));
        }
        CompletionStage<Joined> joined = exclusively(name, use -> {
            if (use == null) return new Step<>(new Use(wanted.topic(), wanted.holder()), make(loop, wanted, settings));
            if (!name.kind().isShared()) {
                use.holders.forEach(Holder::stolen); // AMQP 1.0 §2.6.1: "the second attach succeeds"
                return new Step<>(new Use(wanted.topic(), wanted.holder()), make(loop, wanted, settings));
            }
            if (!use.topic.equals(wanted.topic())) {
                String sentence = "the subscription " + name + " is in use for " + use.topic.filter();
                return new Step<>(use, refused(Refusal.ofLink(AmqpError.PRECONDITION_FAILED, sentence)));
            }
            use.holders.add(wanted.holder());
            return new Step<>(use, make(loop, wanted, settings));
        });
        return orLeave(loop, wanted, joined);
    }

    private CompletionStage<Joined> make(Loop loop, Share wanted, QueueSettings settings) {
        String queueName = settings.name();
        Topic topic = wanted.topic();
        VirtualHost.Bound binding = new VirtualHost.Bound(topic.exchange(), topic.terms());
        if (queueOf(wanted.name()).isPresent() && !host.bindings(queueName).equals(Set.of(binding))) {
            host.deleteQueue(loop, queueName);
        }
        // both at once: nobody finds the queue without its binding
        CompletionStage<MessageQueue> declared = host.declareQueue(loop, settings);
        return host.bind(loop, topic.exchange(), queueName, topic.terms())
                .thenCombine(declared, (bound, queue) -> new Joined(queue, wanted));
    }

    /** Outside of the exclusion, since a failure may be known at once. */
    private CompletionStage<Joined> orLeave(Loop loop, Share share, CompletionStage<Joined> joined) {
        return joined.whenComplete((there, failure) -> {
            if (failure != null) leave(loop, share);
        });
    }

    /**
     * Finds the subscription that one of these names has left here, for a link that may end it.
     *
     * @return fails with a {@link Refusal}: there is none, or it is in use
     */
    CompletionStage<Joined> find(Loop loop, List<SubscriptionName> names, Holder holder) {
        for (SubscriptionName name : names) {
            Optional<MessageQueue> queue = queueOf(name);
            if (queue.isPresent()) return find(loop, name, queue.get(), holder);
        }
        return refused(Refusal.ofLink(AmqpError.NOT_FOUND, "there is no subscription " + names.get(0)));
    }

    private CompletionStage<Joined> find(Loop loop, SubscriptionName name, MessageQueue queue, Holder holder) {
        Topic topic = host.bindings(queue.settings().name()).stream()
                .findFirst()
                .map(binding -> new Topic(binding.exchange(), binding.terms()))
                .orElse(new Topic(VirtualHost.TOPICS, BindingTerms.of("")));
        Share share = new Share(name, topic, holder);
        CompletionStage<Joined> found = exclusively(name, use -> {
            if (use != null) {
                String sentence = "the subscription " + name + " is in use; close its consumers first";
                return new Step<>(use, refused(Refusal.ofLink(AmqpError.RESOURCE_LOCKED, sentence)));
            }
            // asked for again, since its declaration may still wait for its force
            CompletionStage<MessageQueue> declared = host.declareQueue(loop, queue.settings());
            return new Step<>(new Use(topic, holder), declared.thenApply(there -> new Joined(there, share)));
        });
        return orLeave(loop, share, found);
    }

    private Optional<MessageQueue> queueOf(SubscriptionName name) {
        return host.queue(name.queueName())
                .filter(queue -> queue.settings().purpose() == QueueSettings.Purpose.SUBSCRIPTION);
    }

    /** A link is gone. A subscription that is not durable ends with its last one. */
    void leave(Loop loop, Share share) {
        exclusively(share.name(), use -> {
            if (use == null || !use.holders.remove(share.holder()) || !use.holders.isEmpty()) {
                return new Step<>(use, share);
            }
            String queueName = share.name().queueName();
            // one that could not be bound was not made
            boolean ends =
                    !share.name().kind().isDurable() || host.bindings(queueName).isEmpty();
            if (ends && queueOf(share.name()).isPresent()) host.deleteQueue(loop, queueName);
            return new Step<>(null, share);
        });
    }

    /**
     * A link ends the subscription with all that waits in it.
     *
     * @return completes when that is durable; fails with a {@link Refusal} if other links use it, which then keep it
     */
    CompletionStage<Share> end(Loop loop, Share share) {
        return exclusively(share.name(), use -> {
            if (use == null || !use.holders.remove(share.holder())) {
                return new Step<>(use, CompletableFuture.completedStage(share)); // it is another link's now
            }
            if (!use.holders.isEmpty()) {
                if (!share.name().kind().isDurable()) return new Step<>(use, CompletableFuture.completedStage(share));
                Refusal refusal = Refusal.ofLink(
                        AmqpError.RESOURCE_LOCKED,
                        "the subscription " + share.name() + " stays, since other links use it");
                return new Step<>(use, refused(refusal));
            }
            String queueName = share.name().queueName();
            CompletionStage<Share> ended = host.queue(queueName).isEmpty()
                    ? CompletableFuture.completedStage(share)
                    : host.deleteQueue(loop, queueName).thenApply(queue -> share);
            return new Step<>(null, ended);
        });
    }

    private static <T> CompletionStage<T> refused(Refusal refusal) {
        return CompletableFuture.failedStage(refusal);
    }
}
