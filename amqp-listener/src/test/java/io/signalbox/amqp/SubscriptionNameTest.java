package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.signalbox.amqp.SubscriptionName.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.junit.jupiter.api.Test;

class SubscriptionNameTest {

    private static Attach attach(String linkName, TerminusDurability durability, String... capabilities) {
        Attach attach = TestPeer.receiver(linkName, 0, "t");
        Source source = (Source) attach.getSource();
        source.setDurable(durability);
        source.setExpiryPolicy(
                durability == TerminusDurability.NONE ? TerminusExpiryPolicy.LINK_DETACH : TerminusExpiryPolicy.NEVER);
        Symbol[] symbols = new Symbol[capabilities.length];
        for (int i = 0; i < symbols.length; i++) symbols[i] = Symbol.valueOf(capabilities[i]);
        source.setCapabilities(symbols);
        return attach;
    }

    private static SubscriptionName name(String linkName, TerminusDurability durability, String... capabilities) {
        return SubscriptionName.askedFor("box", attach(linkName, durability, capabilities))
                .orElseThrow();
    }

    private static Attach lookup(String linkName, Symbol... desired) {
        Attach attach = TestPeer.receiver(linkName, 0, null);
        attach.setSource(null);
        attach.setDesiredCapabilities(desired);
        return attach;
    }

    @Test
    void aSourceThatOutlivesItsLinkIsNamedByLinkAndContainer() {
        SubscriptionName expected = new SubscriptionName(Kind.DURABLE, "box", "news|x");
        assertEquals(expected, name("news|x", TerminusDurability.UNSETTLED_STATE));
        assertEquals(expected, name("news|x", TerminusDurability.CONFIGURATION, "topic"));
    }

    @Test
    void linksOfASharedSubscriptionHaveItsNameUpToTheFirstBar() {
        TerminusDurability lasting = TerminusDurability.UNSETTLED_STATE;
        SubscriptionName durable = new SubscriptionName(Kind.SHARED_DURABLE, "box", "news");
        assertEquals(durable, name("news", lasting, "topic", "shared"));
        assertEquals(durable, name("news|2", lasting, "shared"));
        SubscriptionName global = new SubscriptionName(Kind.GLOBAL_DURABLE, "", "news");
        assertEquals(global, name("news|global", lasting, "shared", "global"));
        assertEquals(global, name("news|global2", lasting, "shared", "global"));
        TerminusDurability passing = TerminusDurability.NONE;
        SubscriptionName shared = new SubscriptionName(Kind.SHARED_VOLATILE, "box", "news");
        assertEquals(shared, name("news|volatile1", passing, "shared"));
        SubscriptionName everybodys = new SubscriptionName(Kind.GLOBAL_VOLATILE, "", "news");
        assertEquals(everybodys, name("news|global-volatile3", passing, "shared", "global"));
    }

    @Test
    void aTerminusThatExpiresWithItsLinkNeedsNoName() {
        assertEquals(Optional.empty(), SubscriptionName.askedFor("box", attach("r", TerminusDurability.NONE, "topic")));
        Attach expiring = attach("r", TerminusDurability.UNSETTLED_STATE);
        ((Source) expiring.getSource()).setExpiryPolicy(TerminusExpiryPolicy.SESSION_END);
        assertEquals(Optional.empty(), SubscriptionName.askedFor("box", expiring));
    }

    @Test
    void aLinkWithoutASourceMayMeanAnUnsharedOrASharedOne() {
        assertEquals(
                List.of(
                        new SubscriptionName(Kind.DURABLE, "box", "news"),
                        new SubscriptionName(Kind.SHARED_DURABLE, "box", "news")),
                SubscriptionName.lookedFor("box", lookup("news")));
        assertEquals(
                List.of(new SubscriptionName(Kind.GLOBAL_DURABLE, "", "news")),
                SubscriptionName.lookedFor(
                        "box", lookup("news|global", SubscriptionName.SHARED, SubscriptionName.GLOBAL)));
    }

    @Test
    void noTwoNamesHaveTheSameQueue() {
        String[] parts = {"a", "a/b", "b", "a%2Fb", "a%b", "/", ""};
        Set<String> queues = new HashSet<>();
        int names = 0;
        for (Kind kind : Kind.values()) {
            for (String container : kind.isGlobal() ? new String[] {""} : parts) {
                for (String name : parts) {
                    queues.add(new SubscriptionName(kind, container, name).queueName());
                    names++;
                }
            }
        }
        assertEquals(names, queues.size());
        assertNotEquals(0, names);
    }
}
