package io.signalbox.amqp;

import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueStatus;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a virtual host that were made for links, and the links that use them: each goes when its lifetime policy says
 * so. None outlives the broker's process. Thread-safe: what concerns one node excludes each other by its name.
 */
final class DynamicNodes {

    private final VirtualHost host;
    private final ConcurrentHashMap<String, Life> lives = new ConcurrentHashMap<>();

    /**
     * A link's use of a node.
     *
     * @param maker whether the node was made for this link
     */
    record Visit(DynamicNode node, boolean maker) {}

    /** A node that is there. Changed only under the map's exclusion. */
    private static final class Life {
        final DynamicNode node;
        int links = 1;
        boolean makerIsGone;

        Life(DynamicNode node) {
            this.node = node;
        }

        boolean isOverForLinks() {
            return node.lifetime().isOverForLinks(makerIsGone, links);
        }
    }

    DynamicNodes(VirtualHost host) {
        this.host = host;
    }

    /** A node has been named for a link. */
    Visit begin(DynamicNode node) {
        lives.put(node.name(), new Life(node));
        return new Visit(node, true);
    }

    /** Whether a name was given to a node that is no more. */
    boolean isGone(String name) {
        return DynamicNode.isName(name) && !lives.containsKey(name);
    }

    /**
     * A link attaches to a node of this name; nothing if it is no node that was made for a link.
     *
     * @throws Refusal if it was one and is no more
     */
    Optional<Visit> visit(String name) throws Refusal {
        if (!DynamicNode.isName(name)) return Optional.empty();
        Life visited = lives.computeIfPresent(name, (key, life) -> {
            life.links++;
            return life;
        });
        if (visited == null) throw gone(AmqpError.NOT_FOUND, name);
        return Optional.of(new Visit(visited.node, false));
    }

    static Refusal gone(Symbol condition, String name) {
        return Refusal.ofLink(condition, "the node " + name + " was made for a link and has gone");
    }

    /** The link is gone. On its loop. */
    void leave(Loop loop, Visit visit) {
        lives.computeIfPresent(visit.node().name(), (name, life) -> {
            life.links--;
            life.makerIsGone |= visit.maker();
            return afterChange(loop, life);
        });
    }

    /** Ends the node, or sees to it that it ends when its last message has gone. */
    private @Nullable Life afterChange(Loop loop, Life life) {
        if (!life.isOverForLinks()) return life;
        Optional<MessageQueue> queue = queueOf(life.node);
        if (queue.isEmpty()) return null;
        if (!life.node.lifetime().countsMessages() || isEmpty(queue.get())) {
            host.deleteQueue(loop, life.node.name());
            return null;
        }
        queue.get().whenEmpty(home -> lives.computeIfPresent(life.node.name(), (name, now) -> afterChange(home, now)));
        return life;
    }

    private Optional<MessageQueue> queueOf(DynamicNode node) {
        return node.kind() == DynamicNode.Kind.QUEUE ? host.queue(node.name()) : Optional.empty();
    }

    private static boolean isEmpty(MessageQueue queue) {
        QueueStatus now = queue.status();
        return now.ready() + now.unsettled() == 0;
    }
}
