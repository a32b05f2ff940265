package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities that the answer to an attach names (AMQP 1.0 §3.5.3, §3.5.4): of those that the peer asked for, the ones
 * its node has; where none of them says what the node is, that. Pure functions.
 */
final class NodeCapabilities {

    private static final Symbol QUEUE = Symbol.valueOf("queue");
    private static final Symbol TOPIC = Symbol.valueOf("topic");
    private static final Symbol TEMPORARY_QUEUE = Symbol.valueOf("temporary-queue");
    private static final Symbol TEMPORARY_TOPIC = Symbol.valueOf("temporary-topic");

    private NodeCapabilities() {}

    static Symbol[] ofQueue(Symbol @Nullable [] wanted) {
        return of(wanted, QUEUE, TEMPORARY_QUEUE, List.of());
    }

    /** @param also what the link has besides */
    static Symbol[] ofTopic(Symbol @Nullable [] wanted, List<Symbol> also) {
        return of(wanted, TOPIC, TEMPORARY_TOPIC, also);
    }

    private static Symbol[] of(Symbol @Nullable [] wanted, Symbol kind, Symbol temporaryKind, List<Symbol> also) {
        List<Symbol> actual = new ArrayList<>(3);
        if (wanted != null) {
            for (Symbol one : wanted) {
                if (one.equals(kind) || one.equals(temporaryKind)) actual.add(one);
            }
        }
        if (actual.isEmpty()) actual.add(kind);
        actual.addAll(also);
        return actual.toArray(Symbol[]::new);
    }
}
