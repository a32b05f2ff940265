package io.signalbox.mqtt;

import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The core's queues as MQTT clients reach them: {@code $queue/<name>} names the queue {@code <name>}, which is made, durable,
 * if it is not there, as AMQP's addresses have it. Stateless.
 */
final class NamedQueues {

    private static final String PREFIX = "$queue/";

    private NamedQueues() {}

    /** Whether a topic or filter is kept for queues; it may still name none. */
    static boolean isReserved(String topicOrFilter) {
        return topicOrFilter.startsWith(PREFIX);
    }

    /** The name of the queue; empty if this names none: it has no wildcards, and its length is limited. */
    static Optional<String> nameOf(String topicOrFilter) {
        if (!isReserved(topicOrFilter)) return Optional.empty();
        String name = topicOrFilter.substring(PREFIX.length());
        boolean valid = TopicSyntax.isName(name) && name.length() <= QueueSettings.MAX_NAME_CHARS;
        return valid ? Optional.of(name) : Optional.empty();
    }

    /** The queue of this name, if it is there and for everybody. */
    static Optional<MessageQueue> find(VirtualHost host, String name) {
        return host.queue(name).filter(queue -> queue.settings().purpose() == QueueSettings.Purpose.SHARED);
    }

    /**
     * Finds or makes the queue of this name.
     *
     * @return completes on the loop, when the queue's being there is durable; fails with a {@link CatalogueException}
     */
    static CompletionStage<MessageQueue> open(VirtualHost host, Loop loop, String name, String creator) {
        Optional<MessageQueue> found = find(host, name);
        if (found.isPresent() && !found.get().settings().durable())
            return CompletableFuture.completedStage(found.get());
        if (found.isEmpty() && host.queue(name).isPresent()) {
            return CompletableFuture.failedStage(new CatalogueException(
                    CatalogueException.Reason.EXISTS_DIFFERENT, "The queue " + name + " belongs to a session."));
        }
        if (found.isEmpty() && QueueSettings.isOfALink(name)) {
            return CompletableFuture.failedStage(new CatalogueException(
                    CatalogueException.Reason.NOT_FOUND,
                    "The queue " + name + " has gone with the link that made it."));
        }
        // also for one that exists, since its declaration may still wait for its force
        return host.declareQueue(loop, QueueSettings.durable(name, creator));
    }
}
