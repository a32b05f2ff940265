package io.signalbox.amqp;

import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.jspecify.annotations.Nullable;

/**
 * The name under which a subscription to a topic is found again or shared, made of what JMS clients put into an attach: the
 * link's name, the container's, durability and expiry policy (AMQP 1.0 §3.5.3), and the capabilities {@code shared} and {@code
 * global}. Links of one shared subscription add something to its name, from a {@code |} on. Immutable.
 *
 * @param container whose subscription it is; empty if it is everybody's
 * @param name without what a link adds
 */
record SubscriptionName(Kind kind, String container, String name) {

    /** A receiver shares its subscription with others. */
    static final Symbol SHARED = Symbol.valueOf("shared");

    /** A shared subscription is not one container's alone. */
    static final Symbol GLOBAL = Symbol.valueOf("global");

    private static final String PATH = "subscription/";

    /** Who may use it, and whether it outlives its links. Subscriptions of different kinds are different ones. */
    enum Kind {
        DURABLE("durable/"),
        SHARED_DURABLE("shared-durable/"),
        GLOBAL_DURABLE("global-durable/"),
        SHARED_VOLATILE("shared-volatile/"),
        GLOBAL_VOLATILE("global-volatile/");

        private final String path;

        Kind(String path) {
            this.path = path;
        }

        boolean isDurable() {
            return this == DURABLE || this == SHARED_DURABLE || this == GLOBAL_DURABLE;
        }

        boolean isShared() {
            return this != DURABLE;
        }

        boolean isGlobal() {
            return this == GLOBAL_DURABLE || this == GLOBAL_VOLATILE;
        }
    }

    /** The subscription that a receiver's source asks for; empty if it is one that lives and dies with its link. */
    static Optional<SubscriptionName> askedFor(String container, Attach attach) {
        if (!(attach.getSource() instanceof Source source) || source.getDynamic()) return Optional.empty();
        boolean durable = isDurable(source);
        if (!has(source.getCapabilities(), SHARED)) {
            return durable
                    ? Optional.of(new SubscriptionName(Kind.DURABLE, container, attach.getName()))
                    : Optional.empty();
        }
        String name = withoutLinkPart(attach.getName());
        if (has(source.getCapabilities(), GLOBAL)) {
            return Optional.of(new SubscriptionName(durable ? Kind.GLOBAL_DURABLE : Kind.GLOBAL_VOLATILE, "", name));
        }
        return Optional.of(new SubscriptionName(durable ? Kind.SHARED_DURABLE : Kind.SHARED_VOLATILE, container, name));
    }

    /** What a receiver without a source may mean, which asks for the terminus that its name has left here. */
    static List<SubscriptionName> lookedFor(String container, Attach attach) {
        String name = withoutLinkPart(attach.getName());
        if (has(attach.getDesiredCapabilities(), GLOBAL)) {
            return List.of(new SubscriptionName(Kind.GLOBAL_DURABLE, "", name));
        }
        return List.of(
                new SubscriptionName(Kind.DURABLE, container, attach.getName()),
                new SubscriptionName(Kind.SHARED_DURABLE, container, name));
    }

    /** A terminus that expires at once when its link detaches is no different from one that is not durable. */
    private static boolean isDurable(Source source) {
        return source.getDurable() != null
                && source.getDurable() != TerminusDurability.NONE
                && source.getExpiryPolicy() == TerminusExpiryPolicy.NEVER;
    }

    private static boolean has(Symbol @Nullable [] capabilities, Symbol wanted) {
        if (capabilities == null) return false;
        for (Symbol capability : capabilities) {
            if (wanted.equals(capability)) return true;
        }
        return false;
    }

    private static String withoutLinkPart(String linkName) {
        int bar = linkName.indexOf('|');
        return bar < 0 ? linkName : linkName.substring(0, bar);
    }

    /** The one that must not be there beside this one: to JMS a name is either shared or not. */
    Optional<SubscriptionName> rival() {
        return switch (kind) {
            case DURABLE -> Optional.of(new SubscriptionName(Kind.SHARED_DURABLE, container, name));
            case SHARED_DURABLE -> Optional.of(new SubscriptionName(Kind.DURABLE, container, name));
            case GLOBAL_DURABLE, SHARED_VOLATILE, GLOBAL_VOLATILE -> Optional.empty();
        };
    }

    /** The name of its queue, in which every part can be told from the others. */
    String queueName() {
        String owner = kind.isGlobal() ? "" : escaped(container) + "/";
        return PATH + kind.path + owner + escaped(name);
    }

    private static String escaped(String part) {
        return part.replace("%", "%25").replace("/", "%2F");
    }

    @Override
    public String toString() {
        return kind.isGlobal() ? name : name + " of " + container;
    }
}
