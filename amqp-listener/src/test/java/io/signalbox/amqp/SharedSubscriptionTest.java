package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several links on one subscription, as JMS 2.0 names them. */
class SharedSubscriptionTest {

    private NewsRoom news;

    @BeforeEach
    void open() throws Exception {
        news = new NewsRoom();
    }

    @AfterEach
    void close() throws Exception {
        news.close();
    }

    private enum Lasting {
        VOLATILE,
        DURABLE
    }

    private static Attach shared(String linkName, int handle, Lasting lasting, String... more) {
        Attach attach = TestPeer.receiver(linkName, handle, "news");
        Source source = (Source) attach.getSource();
        List<Symbol> capabilities = new ArrayList<>(List.of(Symbol.valueOf("topic"), Symbol.valueOf("shared")));
        for (String one : more) capabilities.add(Symbol.valueOf(one));
        source.setCapabilities(capabilities.toArray(Symbol[]::new));
        source.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
        if (lasting == Lasting.DURABLE) {
            source.setDurable(TerminusDurability.UNSETTLED_STATE);
            source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        }
        return attach;
    }

    private static void attach(TestPeer peer, Attach attach) throws Exception {
        peer.send(0, attach);
        assertNotNull(peer.expect(Attach.class).getSource(), "the attach was refused");
        peer.send(0, TestPeer.flow(attach.getHandle().intValue(), 0, 1));
    }

    /** With a credit of one each, two links get one of two messages each. */
    private void assertTheyCompete(TestPeer first, TestPeer second) throws Exception {
        news.publish("a", "b");
        first.expect(Transfer.class);
        second.expect(Transfer.class);
        assertEquals(
                List.of("a", "b"),
                List.of(first.text(), second.text()).stream().sorted().toList());
        first.expectSilence(30);
    }

    @Test
    void linksOfOneContainerCompete() throws Exception {
        TestPeer first = news.connect("box");
        TestPeer second = news.connect("box");
        attach(first, shared("s|volatile1", 0, Lasting.VOLATILE));
        attach(second, shared("s|volatile2", 0, Lasting.VOLATILE));
        assertTheyCompete(first, second);
    }

    @Test
    void linksOfDifferentContainersShareNothing() throws Exception {
        TestPeer first = news.connect("box");
        TestPeer second = news.connect("other");
        attach(first, shared("s|volatile1", 0, Lasting.VOLATILE));
        attach(second, shared("s|volatile1", 0, Lasting.VOLATILE));
        news.publish("a");
        first.expect(Transfer.class);
        second.expect(Transfer.class);
    }

    @Test
    void aGlobalSubscriptionIsSharedByAllContainers() throws Exception {
        TestPeer first = news.connect("box");
        TestPeer second = news.connect("other");
        attach(first, shared("s|global", 0, Lasting.DURABLE, "global"));
        attach(second, shared("s|global", 0, Lasting.DURABLE, "global"));
        assertTheyCompete(first, second);
    }

    @Test
    void aVolatileOneEndsWithItsLastLink() throws Exception {
        TestPeer first = news.connect("box");
        TestPeer second = news.connect("other");
        attach(first, shared("s|global-volatile1", 0, Lasting.VOLATILE, "global"));
        attach(second, shared("s|global-volatile1", 0, Lasting.VOLATILE, "global"));
        assertNull(first.detach(0, true).getError());
        news.publish("a");
        second.expect(Transfer.class);
        assertEquals(1, news.broker.host.queues().size());
        second.close();
        ListeningBroker.await(() -> news.broker.host.queues().isEmpty());
    }

    @Test
    void aDurableOneStaysWithoutLinks() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s|global", 0, Lasting.DURABLE, "global"));
        first.close();
        news.publish("a");
        TestPeer later = news.connect("other");
        attach(later, shared("s|global", 0, Lasting.DURABLE, "global"));
        later.expect(Transfer.class);
        assertEquals("a", later.text());
    }

    @Test
    void durableAndVolatileOfOneNameAreTwo() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s", 0, Lasting.DURABLE));
        attach(first, shared("s|volatile1", 1, Lasting.VOLATILE));
        news.publish("a");
        first.expect(Transfer.class);
        first.expect(Transfer.class);
        assertEquals(2, news.broker.host.queues().size());
    }

    @Test
    void aNameIsSharedOrNot() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s", 0, Lasting.DURABLE));
        Attach alone = shared("s", 1, Lasting.DURABLE);
        ((Source) alone.getSource()).setCapabilities(Symbol.valueOf("topic"));
        first.detach(0, false);
        first.send(0, alone);
        assertNull(first.expect(Attach.class).getSource());
        assertEquals(
                AmqpError.PRECONDITION_FAILED,
                first.expect(Detach.class).getError().getCondition());
    }

    @Test
    void whileItIsInUseItIsForOneTopicOnly() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s|volatile1", 0, Lasting.VOLATILE));
        Attach different = shared("s|volatile2", 1, Lasting.VOLATILE);
        ((Source) different.getSource()).setAddress("weather");
        first.send(0, different);
        assertNull(first.expect(Attach.class).getSource());
        assertEquals(
                AmqpError.PRECONDITION_FAILED,
                first.expect(Detach.class).getError().getCondition());
        news.publish("a");
        first.expect(Transfer.class);
    }

    @Test
    void unsubscribingFindsAGlobalOneByTheHintsAndNotWhileItIsUsed() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s|global", 0, Lasting.DURABLE, "global"));
        TestPeer other = news.connect("other");
        Attach lookup = TestPeer.receiver("s|global", 0, null);
        lookup.setSource(null);
        lookup.setDesiredCapabilities(SubscriptionName.SHARED, SubscriptionName.GLOBAL);
        other.send(0, lookup);
        assertNull(other.expect(Attach.class).getSource());
        assertEquals(
                AmqpError.RESOURCE_LOCKED, other.expect(Detach.class).getError().getCondition());
        other.send(0, TestPeer.detachFrame(0, true));
        first.detach(0, false);
        other.send(0, lookup);
        assertNotNull(other.expect(Attach.class).getSource());
        assertNull(other.detach(0, true).getError());
        assertTrue(news.broker.host.queues().isEmpty());
    }

    @Test
    void comingsAndGoingsOnSeveralLoopsLeaveNothingBehind() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 4; i++) {
            TestPeer peer = news.connect("box" + i);
            Thread thread = new Thread(() -> {
                try {
                    for (int round = 0; round < 300; round++) {
                        attach(peer, shared("s|global-volatile1", 0, Lasting.VOLATILE, "global"));
                        Detach detach = new Detach();
                        detach.setHandle(UnsignedInteger.ZERO);
                        detach.setClosed(round % 2 == 0);
                        peer.send(0, detach);
                        while (!(peer.next() instanceof Detach)) {} // a message may come before it
                    }
                } catch (Exception | AssertionError e) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join();
        assertEquals(List.of(), failures);
        ListeningBroker.await(() -> news.broker.host.queues().isEmpty());
        TestPeer last = news.connect("last");
        attach(last, shared("s|global-volatile1", 0, Lasting.VOLATILE, "global"));
        news.publish("a");
        last.expect(Transfer.class);
    }

    @Test
    void aLinkThatClosesWhileOthersUseItEndsOnlyItself() throws Exception {
        TestPeer first = news.connect("box");
        attach(first, shared("s", 0, Lasting.DURABLE));
        attach(first, shared("s|2", 1, Lasting.DURABLE));
        assertEquals(AmqpError.RESOURCE_LOCKED, first.detach(0, true).getError().getCondition());
        news.publish("a");
        assertEquals(1, first.expect(Transfer.class).getHandle().intValue());
    }
}
