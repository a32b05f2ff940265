package io.signalbox.mqtt;

import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared subscriptions of a virtual host (§4.8.2): each has a queue that its members consume from, and lasts from its
 * first member's SUBSCRIBE until its last member has left. The queue is durable from the first member on whose session
 * outlives its connection. Thread-safe: changes of one shared subscription exclude each other by its filter.
 */
final class SharedSubscriptions {

    private static final Logger LOG = LoggerFactory.getLogger(SharedSubscriptions.class);
    private static final long RETRY_MILLIS = 1000;

    private final VirtualHost host;
    private final ConcurrentHashMap<String, Group> groups = new ConcurrentHashMap<>();

    SharedSubscriptions(VirtualHost host) {
        this.host = host;
    }

    /** One shared subscription. Changed only inside the map's updates. */
    private static final class Group {
        final IdentityHashMap<MqttSession, SessionSubscription> members = new IdentityHashMap<>(4);
        MessageQueue queue;

        Group(MessageQueue queue) {
            this.queue = queue;
        }
    }

    /**
     * Makes a session a member, or changes what it has agreed on: it is one once, however often it asks (§4.8.2). On the
     * loop.
     *
     * @param wanted its filter is the full one, with the share name
     * @return what the member consumes from
     * @throws CatalogueException if the subscription needs a queue and cannot have one
     */
    MessageQueue join(ListenerLoop loop, MqttSession member, SessionSubscription wanted) {
        Group joined = groups.compute(wanted.filter(), (filter, present) -> {
            Group group = present == null ? new Group(open(loop, filter, member)) : present;
            if (member.isStored()) makeDurable(loop, group.queue);
            group.members.put(member, wanted);
            bind(filter, group);
            return group;
        });
        return joined.queue;
    }

    /** What a member consumes from; empty if it is none. */
    Optional<MessageQueue> queueOf(String filter) {
        return Optional.ofNullable(groups.get(filter)).map(group -> group.queue);
    }

    /** Whether this queue belongs to a shared subscription. */
    boolean hasQueue(QueueSettings settings) {
        return groups.containsKey(settings.name());
    }

    /** A session unsubscribes or ends. The last one takes the subscription with it, and what is undelivered. On the loop. */
    void leave(ListenerLoop loop, MqttSession member, String filter) {
        groups.computeIfPresent(filter, (key, group) -> {
            if (group.members.remove(member) == null) return group;
            if (group.members.isEmpty()) return end(loop, key, group);
            bind(key, group);
            return group;
        });
    }

    /** A member's queue was removed by an operator: the members go on with a new one. On the loop. */
    Optional<MessageQueue> replace(ListenerLoop loop, MqttSession member, String filter) {
        Group present = groups.computeIfPresent(filter, (key, group) -> {
            if (!group.queue.isDeleted()) return group; // another member was first
            group.queue = open(loop, key, member);
            group.members.keySet().stream()
                    .filter(MqttSession::isStored)
                    .findAny()
                    .ifPresent(stored -> makeDurable(loop, group.queue));
            bind(key, group);
            return group;
        });
        return Optional.ofNullable(present).map(group -> group.queue);
    }

    private MessageQueue open(ListenerLoop loop, String filter, MqttSession creator) {
        QueueSettings wanted = QueueSettings.group(filter, creator.isStored(), creator.clientId());
        // After a restart there is one already.
        if (host.queue(filter).isEmpty()) host.declareQueue(loop.core(), wanted);
        MessageQueue queue = host.queue(filter).orElseThrow(SharedSubscriptions::noSpace);
        if (queue.settings().purpose() != QueueSettings.Purpose.GROUP) {
            throw new CatalogueException(
                    CatalogueException.Reason.EXISTS_DIFFERENT,
                    "The queue " + filter + " is not that of a shared subscription; remove it first.");
        }
        return queue;
    }

    private void makeDurable(ListenerLoop loop, MessageQueue queue) {
        if (queue.settings().durable()) return;
        host.makeDurable(loop.core(), queue.settings().name());
        // It is from here on; that its record is forced is waited for with the SUBACK's, which comes after it in the
        // log.
        if (!queue.settings().durable()) throw noSpace();
    }

    private static CatalogueException noSpace() {
        return new CatalogueException(
                CatalogueException.Reason.STORE_BUSY, "The log has no space at this moment; try again.");
    }

    /** The queue gets what any member may have: at the highest QoS that one of them was granted. */
    private void bind(String filter, Group group) {
        int flags = 0;
        for (SessionSubscription member : group.members.values()) flags = TargetFlags.merge(flags, member.flags());
        host.topics().addBinding(new Binding(TopicSyntax.sharedTopics(filter), group.queue, flags, null, Map.of()));
    }

    /** Null when nothing is left of it; itself, without members, while the log has no space for its end. */
    @Nullable
    private Group end(ListenerLoop loop, String filter, Group group) {
        host.topics().removeBinding(TopicSyntax.sharedTopics(filter), group.queue);
        CompletionStage<MessageQueue> removal = host.deleteQueue(loop.core(), filter);
        boolean removed = group.queue.isDeleted();
        if (removed) return null;
        retryLater(loop, filter, removal);
        return group;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the retry reports its own failure
    private void retryLater(ListenerLoop loop, String filter, CompletionStage<MessageQueue> failed) {
        failed.whenComplete((queue, failure) -> {
            if (failure instanceof CatalogueException problem
                    && problem.reason() == CatalogueException.Reason.STORE_BUSY) {
                loop.eventLoop().schedule(() -> endAgain(loop, filter), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                LOG.warn("event=shared_subscription_kept queue={} cause=\"{}\"", filter, String.valueOf(failure));
            }
        });
    }

    private void endAgain(ListenerLoop loop, String filter) {
        groups.computeIfPresent(filter, (key, group) -> group.members.isEmpty() ? end(loop, key, group) : group);
    }
}
