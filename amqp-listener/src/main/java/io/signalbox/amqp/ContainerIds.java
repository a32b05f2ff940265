package io.signalbox.amqp;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected under which container id. AMQP lets any number of connections have the same; a peer that asks for {@code
 * sole-connection-for-container} (Enforcing Connection Uniqueness 1.0), as JMS clients do, has its own to itself. Thread-safe:
 * changes of one id exclude each other.
 */
final class ContainerIds {

    static final Symbol SOLE_CONNECTION = Symbol.valueOf("sole-connection-for-container");

    private static final Symbol ENFORCEMENT_POLICY = Symbol.valueOf("sole-connection-enforcement-policy");
    private static final int CLOSE_EXISTING = 1;

    private final ConcurrentHashMap<String, Members> membersOf = new ConcurrentHashMap<>();

    /** A connection; equal to itself only. */
    interface Member {
        /** Another connection has taken the container's place. Any thread. */
        void expel(Refusal reason);
    }

    /** What a peer wants for its container. */
    private enum Wish {
        ANY_NUMBER,
        SOLE,
        SOLE_IN_PLACE_OF_OTHERS
    }

    /** The connections of one id. Changed only under the map's exclusion. */
    private static final class Members {
        final Set<Member> present = Collections.newSetFromMap(new IdentityHashMap<>(2));
        boolean sole;
    }

    /** @throws Refusal if the peer or another one has the id to itself; then the member has not entered */
    void enter(Open open, Member member) throws Refusal {
        Wish wish = wishOf(open);
        boolean[] entered = new boolean[1];
        membersOf.compute(open.getContainerId(), (id, members) -> {
            Members known = members == null ? new Members() : members;
            if (wish == Wish.SOLE_IN_PLACE_OF_OTHERS) {
                known.present.forEach(other -> other.expel(replaced()));
                known.present.clear();
            }
            if (!known.present.isEmpty() && (known.sole || wish == Wish.SOLE)) return known;
            entered[0] = known.present.add(member);
            known.sole = wish != Wish.ANY_NUMBER;
            return known;
        });
        if (!entered[0]) throw taken(open.getContainerId());
    }

    void leave(String id, Member member) {
        membersOf.computeIfPresent(id, (key, members) -> {
            members.present.remove(member);
            return members.present.isEmpty() ? null : members;
        });
    }

    private static Wish wishOf(Open open) {
        if (!has(open.getDesiredCapabilities()) && !has(open.getOfferedCapabilities())) return Wish.ANY_NUMBER;
        Map<?, ?> properties = open.getProperties() == null ? Map.of() : open.getProperties();
        boolean replaces =
                properties.get(ENFORCEMENT_POLICY) instanceof Number policy && policy.intValue() == CLOSE_EXISTING;
        return replaces ? Wish.SOLE_IN_PLACE_OF_OTHERS : Wish.SOLE;
    }

    private static boolean has(Symbol @Nullable [] capabilities) {
        if (capabilities == null) return false;
        for (Symbol capability : capabilities) {
            if (SOLE_CONNECTION.equals(capability)) return true;
        }
        return false;
    }

    private static Refusal taken(String id) {
        return Refusal.ofConnection(
                AmqpError.INVALID_FIELD,
                "the container id " + id + " is in use by another connection",
                Map.of(Symbol.valueOf("invalid-field"), Symbol.valueOf("container-id")));
    }

    private static Refusal replaced() {
        return Refusal.ofConnection(
                AmqpError.RESOURCE_LOCKED,
                "another connection of your container has taken your place",
                Map.of(Symbol.valueOf("sole-connection-enforcement"), true));
    }
}
