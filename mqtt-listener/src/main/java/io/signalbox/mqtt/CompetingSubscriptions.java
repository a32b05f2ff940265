package io.signalbox.mqtt;

import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of a session whose messages come from queues that others consume from as well: shared ones
 * ({@code $share/…}, §4.8.2) and queues by name ({@code $queue/…}). While the client is away, others get the messages. What
 * is sent and not acknowledged when its connection ends is released to them. Confined to the session's loop.
 */
final class CompetingSubscriptions implements WindowSource.Owner {

    private static final Logger LOG = LoggerFactory.getLogger(CompetingSubscriptions.class);

    private final ListenerContext context;
    private final MqttSession session;
    private final Map<String, WindowSource> sources = new HashMap<>(2);

    CompetingSubscriptions(MqttSession session) {
        this.context = session.loop().context();
        this.session = session;
    }

    /**
     * Subscribes, or changes the subscription with the same filter (MQTT-3.8.4-3). A queue by name is there already.
     *
     * @throws CatalogueException if there is nothing to consume from
     */
    void subscribe(SessionSubscription wanted) {
        MessageQueue queue = wanted.kind() == FilterKind.SHARED
                ? context.shared().join(session.loop(), session, wanted)
                : namedQueue(wanted)
                        .orElseThrow(() -> new CatalogueException(
                                CatalogueException.Reason.NOT_FOUND,
                                "There is no such queue: " + wanted.filter() + "."));
        WindowSource present = sources.get(wanted.filter());
        if (present == null) {
            begin(wanted, queue);
        } else {
            present.deliverAs(DeliveryTerms.of(wanted));
        }
    }

    /** The client does not want it any more, or its session ends. */
    void unsubscribe(SessionSubscription subscription) {
        WindowSource source = sources.remove(subscription.filter());
        if (source != null) source.finish();
        leave(subscription);
    }

    private void leave(SessionSubscription subscription) {
        if (subscription.kind() == FilterKind.SHARED) {
            context.shared().leave(session.loop(), session, subscription.filter());
        }
    }

    /** After a restart: a member again, before any client is let in. On the loop. */
    void rejoin() {
        for (SessionSubscription subscription : session.subscriptions().all()) {
            if (subscription.kind() != FilterKind.SHARED) continue;
            try {
                context.shared().join(session.loop(), session, subscription);
            } catch (CatalogueException e) {
                LOG.warn(
                        "event=shared_subscription_not_restored client={} filter={} cause=\"{}\"",
                        session.clientId(),
                        subscription.filter(),
                        e.getMessage());
            }
        }
    }

    /** A connection is there: all of them deliver to it. */
    void attach() {
        sources.clear();
        for (SessionSubscription subscription : session.subscriptions().all()) {
            switch (subscription.kind()) {
                case TOPICS -> {}
                case SHARED ->
                    context.shared().queueOf(subscription.filter()).ifPresent(queue -> begin(subscription, queue));
                case QUEUE -> openAndBegin(subscription);
            }
        }
    }

    /** The queue may have been removed while the client was away; what it asked for is still what it wants. */
    private void openAndBegin(SessionSubscription subscription) {
        Optional<MessageQueue> there = namedQueue(subscription);
        if (there.isPresent()) {
            begin(subscription, there.get());
            return;
        }
        PublishSender connection = session.connection();
        NamedQueues.open(
                        context.host(),
                        session.loop().core(),
                        NamedQueues.nameOf(subscription.filter()).orElseThrow(),
                        session.clientId())
                .whenComplete((queue, failure) -> {
                    if (session.connection() != connection) return;
                    if (failure != null) {
                        session.loop().execute(() -> giveUp(connection, String.valueOf(failure.getMessage())));
                    } else if (session.subscriptions().has(subscription.filter())) {
                        begin(subscription, queue);
                    }
                });
    }

    /** In a turn of its own, since a connection that is still being let in cannot be ended as one that was. */
    private void giveUp(@Nullable PublishSender connection, String sentence) {
        if (session.connection() == connection) session.disconnect(ReasonCode.UNSPECIFIED_ERROR, sentence);
    }

    private Optional<MessageQueue> namedQueue(SessionSubscription subscription) {
        return NamedQueues.nameOf(subscription.filter()).flatMap(name -> NamedQueues.find(context.host(), name));
    }

    private void begin(SessionSubscription subscription, MessageQueue queue) {
        session.window().ifPresent(window -> {
            WindowSource source = new WindowSource(window, this, DeliveryTerms.of(subscription));
            sources.put(subscription.filter(), source);
            source.begin(queue, session.loop(), session.clientId());
        });
    }

    /** An operator has removed it. */
    @Override
    public void onQueueGone(WindowSource source) {
        Optional<String> filter = sources.entrySet().stream()
                .filter(entry -> entry.getValue() == source)
                .map(Map.Entry::getKey)
                .findAny();
        filter.ifPresent(this::onQueueGone);
    }

    private void onQueueGone(String filter) {
        Optional<SessionSubscription> subscription = session.subscriptions().get(filter);
        sources.remove(filter);
        if (subscription.isEmpty()) return;
        if (subscription.get().kind() == FilterKind.SHARED) {
            goOn(subscription.get());
        } else {
            // it hears of it, and finds a new one when it comes back
            session.disconnect(ReasonCode.ADMINISTRATIVE_ACTION, "a queue that it is subscribed to was removed");
        }
    }

    private void goOn(SessionSubscription shared) {
        try {
            context.shared().replace(session.loop(), session, shared.filter()).ifPresent(queue -> begin(shared, queue));
        } catch (CatalogueException e) {
            session.disconnect(ReasonCode.UNSPECIFIED_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** The session ends, and leaves them all. */
    void end() {
        sources.clear();
        for (SessionSubscription subscription : session.subscriptions().all()) leave(subscription);
    }
}
