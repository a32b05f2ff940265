package io.signalbox.amqp;

import io.signalbox.amqp.TerminusResolver.PublishTarget;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/**
 * The target without an address (Anonymous Terminus for Message Routing 1.0): every message goes where its own {@code to}
 * says, as if a link had been attached there. What comes behind a message whose node is still being made waits, so that
 * the order of the link is kept. Confined to the connection's event loop.
 */
final class AnonymousTerminus {

    /** Nodes that need not be looked for again. */
    private static final int MAX_KNOWN = 64;

    /** Longer addresses are looked for each time, so that what is kept has a bound. */
    private static final int MAX_KNOWN_ADDRESS_CHARS = 1024;

    private static final Symbol[] NO_CAPABILITIES = {};
    private static final Symbol[] QUEUE = {Symbol.valueOf("queue")};
    private static final Symbol[] TOPIC = {Symbol.valueOf("topic")};

    private final TerminusResolver resolver;
    private final Outlet outlet;
    private final Intake intake;
    private final Symbol[] capabilities;
    private final Map<Node, PublishTarget> known = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Node, PublishTarget> eldest) {
            return size() > MAX_KNOWN;
        }
    };
    private final ArrayDeque<ArrivedMessage> waiting = new ArrayDeque<>(0);
    private long waitingBytes;
    private boolean searching;
    private boolean goingOn;
    private boolean closed;

    /** A message's own target, as its sender describes it. */
    private record Node(String address, Kind kind) {}

    private enum Kind {
        QUEUE,
        TOPIC,
        AS_THE_LINK_SAYS
    }

    /** The link, to which messages return with their target or without. */
    interface Outlet {
        void publish(PublishTarget target, ArrivedMessage message) throws Refusal;

        void refuse(ArrivedMessage message, Refusal refusal) throws Refusal;

        /** Runs what comes back from the core, so that a refusal thrown there is caught. */
        void run(ThrowingTask task);
    }

    /** @param wanted what the peer has attached to; its capabilities hold for messages that say nothing themselves */
    AnonymousTerminus(TerminusResolver resolver, Intake intake, Target wanted, Outlet outlet) {
        this.resolver = resolver;
        this.intake = intake;
        this.capabilities = wanted.getCapabilities() == null ? NO_CAPABILITIES : wanted.getCapabilities();
        this.outlet = outlet;
    }

    /** Takes the link's next message. */
    void accept(ArrivedMessage message) throws Refusal {
        if (waiting.isEmpty() && sendOn(message)) return;
        ArrivedMessage kept = message.compact();
        waiting.add(kept);
        waitingBytes += kept.size();
        intake.parked(kept.size());
        goOn();
    }

    /** Whether messages wait for their node: no more are wanted. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /**
     * The link is gone: what waits was not promised anything.
     *
     * @return how many waited
     */
    int close() {
        closed = true;
        int waited = waiting.size();
        if (waited > 0) intake.unparked(waited, waitingBytes);
        waiting.forEach(ArrivedMessage::abandon);
        waiting.clear();
        waitingBytes = 0;
        return waited;
    }

    /** Sends what waits as far as its nodes are known, then looks for the next node. */
    private void goOn() throws Refusal {
        if (goingOn) return; // a node was found at once, and the loop below is at it
        goingOn = true;
        try {
            while (!closed && !searching && !waiting.isEmpty()) {
                ArrivedMessage next = waiting.element();
                if (sendOn(next)) removeWaiting(next);
                else search(nodeOf(next));
            }
        } finally {
            goingOn = false;
        }
    }

    private void removeWaiting(ArrivedMessage message) {
        if (waiting.poll() == null) return; // the link has gone meanwhile
        waitingBytes -= message.size();
        intake.unparked(1, message.size());
    }

    /** False if the message's node must be looked for first. */
    private boolean sendOn(ArrivedMessage message) throws Refusal {
        PublishTarget target;
        try {
            target = known.get(nodeOf(message));
        } catch (Refusal refusal) {
            outlet.refuse(message, refusal);
            return true;
        }
        if (target == null || !resolver.isThere(target)) return false;
        outlet.publish(target, message);
        return true;
    }

    private void search(Node node) throws Refusal {
        searching = true;
        Target wanted = new Target();
        wanted.setAddress(node.address());
        wanted.setCapabilities(
                switch (node.kind()) {
                    case QUEUE -> QUEUE;
                    case TOPIC -> TOPIC;
                    case AS_THE_LINK_SAYS -> capabilities;
                });
        try {
            resolver.target(wanted, "")
                    .whenComplete((target, failure) -> outlet.run(() -> {
                        if (failure == null) found(node, target);
                        else notFound(Refusal.of(failure));
                    }));
        } catch (Refusal refusal) {
            notFound(refusal);
        }
    }

    private void found(Node node, PublishTarget target) throws Refusal {
        searching = false;
        resolver.release(target); // it is the message's, not the link's
        if (closed) return;
        if (node.address().length() <= MAX_KNOWN_ADDRESS_CHARS) known.put(node, target);
        ArrivedMessage first = waiting.element();
        removeWaiting(first);
        outlet.publish(target, first);
        goOn();
    }

    private void notFound(Refusal refusal) throws Refusal {
        searching = false;
        if (closed) return;
        if (refusal.scope() == Refusal.Scope.CONNECTION) throw refusal;
        ArrivedMessage first = waiting.element();
        removeWaiting(first);
        outlet.refuse(first, refusal);
        goOn();
    }

    private static Node nodeOf(ArrivedMessage message) throws Refusal {
        String address = message.properties().getTo();
        if (address == null) {
            throw Refusal.ofLink(
                    AmqpError.PRECONDITION_FAILED, "a message to the anonymous terminus needs its address in to");
        }
        if (!(message.jmsDestinationKind() instanceof Number kind)) return new Node(address, Kind.AS_THE_LINK_SAYS);
        return new Node(address, (kind.intValue() & 1) == 1 ? Kind.TOPIC : Kind.QUEUE);
    }
}
