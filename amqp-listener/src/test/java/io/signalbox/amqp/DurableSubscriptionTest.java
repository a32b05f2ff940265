package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sources that outlive their links (AMQP 1.0 §3.5.3), as JMS uses them. */
class DurableSubscriptionTest {

    private static final Symbol TOPIC = Symbol.valueOf("topic");

    private NewsRoom news;
    private TestPeer peer;

    @BeforeEach
    void open() throws Exception {
        news = new NewsRoom();
        peer = news.connect("box");
    }

    @AfterEach
    void close() throws Exception {
        news.close();
    }

    private static Attach durable(String name, int handle, String topic) {
        Attach attach = TestPeer.receiver(name, handle, topic);
        Source source = (Source) attach.getSource();
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        source.setDistributionMode(Symbol.valueOf("copy"));
        source.setCapabilities(TOPIC);
        return attach;
    }

    private static Attach lookup(String name, int handle) {
        Attach attach = TestPeer.receiver(name, handle, null);
        attach.setSource(null);
        return attach;
    }

    private static Source subscribe(TestPeer peer, String name, int handle, String topic, int credit) throws Exception {
        peer.send(0, durable(name, handle, topic));
        Source actual = (Source) peer.expect(Attach.class).getSource();
        assertNotNull(actual, "the attach was refused");
        peer.send(0, TestPeer.flow(handle, 0, credit));
        return actual;
    }

    private static void expectMessage(TestPeer from, String text) throws Exception {
        Transfer transfer = from.expect(Transfer.class);
        assertEquals(text, from.text());
        Disposition accepted = new Disposition();
        accepted.setRole(Role.RECEIVER);
        accepted.setFirst(transfer.getDeliveryId());
        accepted.setSettled(true);
        accepted.setState(Accepted.getInstance());
        from.send(0, accepted);
    }

    @Clause({"AMQP-3.5.5-1", "AMQP-3.5.6-1"})
    @Test
    void theAnswerSaysWhatLasts() throws Exception {
        Source actual = subscribe(peer, "mine", 0, "news", 0);
        assertEquals("news", actual.getAddress());
        assertEquals(TerminusDurability.CONFIGURATION, actual.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, actual.getExpiryPolicy());
        assertEquals(Symbol.valueOf("copy"), actual.getDistributionMode());
        assertArrayEquals(new Symbol[] {TOPIC}, actual.getCapabilities());
    }

    @Clause("AMQP-3.5.6-1")
    @Test
    void aDetachThatDoesNotCloseLeavesTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        news.publish("first");
        expectMessage(peer, "first");
        assertNull(peer.detach(0, false).getError());
        news.publish("meanwhile");
        subscribe(peer, "mine", 0, "news", 10);
        expectMessage(peer, "meanwhile");
    }

    @Test
    void theEndOfSessionAndConnectionLeaveTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        peer.send(0, new End());
        peer.expect(End.class);
        news.publish("a");
        peer.begin(0);
        subscribe(peer, "mine", 0, "news", 0);
        peer.close();
        news.publish("b");
        TestPeer next = news.connect("box");
        subscribe(next, "mine", 0, "news", 10);
        expectMessage(next, "a");
        expectMessage(next, "b");
    }

    @Test
    void aDetachThatClosesEndsTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        news.publish("lost");
        assertNull(peer.detach(0, true).getError());
        assertTrue(news.broker.host.queues().isEmpty());
        subscribe(peer, "mine", 0, "news", 10);
        peer.expectSilence(50);
    }

    @Test
    void theEndIsToldWhenItIsDurable() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        news.broker.store.hold();
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        detach.setClosed(true);
        peer.send(0, detach);
        peer.expectSilence(50);
        news.broker.store.release();
        peer.expect(Detach.class);
    }

    @Test
    void whoHasAnotherContainerHasAnotherSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        TestPeer other = news.connect("other");
        subscribe(other, "mine", 0, "news", 10);
        news.publish("m");
        expectMessage(peer, "m");
        expectMessage(other, "m");
        other.detach(0, true);
        news.publish("n");
        expectMessage(peer, "n");
    }

    @Test
    void anotherTopicMakesTheSubscriptionAnew() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        news.publish("old");
        peer.detach(0, false);
        subscribe(peer, "mine", 0, "weather", 10);
        assertInstanceOf(Released.class, news.send("not wanted"));
        TestPeer weather = news.connect("w").attachSender(0, "topic://weather");
        weather.send(0, TestPeer.transfer(0, 0), TestPeer.durable("rain"));
        expectMessage(peer, "rain");
    }

    @Test
    void aLinkWithoutASourceFindsTheSubscriptionAndMayEndIt() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        peer.detach(0, false);
        news.publish("kept");
        peer.send(0, lookup("mine", 3));
        Source found = (Source) peer.expect(Attach.class).getSource();
        assertEquals("news", found.getAddress());
        assertEquals(TerminusExpiryPolicy.NEVER, found.getExpiryPolicy());
        assertArrayEquals(new Symbol[] {TOPIC}, found.getCapabilities());
        peer.send(0, TestPeer.flow(3, 0, 1));
        expectMessage(peer, "kept");
        assertNull(peer.detach(3, true).getError());
        peer.send(0, lookup("mine", 3));
        peer.expectRefusal(AmqpError.NOT_FOUND);
    }

    @Test
    void whatIsInUseIsNotEndedByALinkWithoutASource() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        peer.send(0, lookup("mine", 1));
        peer.expectRefusal(AmqpError.RESOURCE_LOCKED);
        TestPeer other = news.connect("box");
        other.send(0, lookup("mine", 0));
        other.expectRefusal(AmqpError.RESOURCE_LOCKED);
        news.publish("still");
        expectMessage(peer, "still");
    }

    @Clause({"AMQP-2.6.1-1", "AMQP-2.6.1-2"})
    @Test
    void theNewerLinkOfAContainerTakesTheSubscriptionOver() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        news.publish("m");
        TestPeer second = news.connect("box");
        subscribe(second, "mine", 0, "news", 10);
        assertEquals(LinkError.STOLEN, peer.expect(Detach.class).getError().getCondition());
        expectMessage(second, "m");
        second.begin(1).send(1, durable("mine", 0, "news")); // and on the same connection
        assertEquals(LinkError.STOLEN, second.expect(Detach.class).getError().getCondition());
        assertNotNull(second.expect(Attach.class).getSource());
    }

    @Test
    void aLinkThatWasStolenEndsNothing() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        TestPeer second = news.connect("box");
        subscribe(second, "mine", 0, "news", 10);
        peer.expect(Detach.class);
        peer.send(0, TestPeer.detachFrame(0, true));
        peer.close();
        news.publish("m");
        expectMessage(second, "m");
    }

    @Test
    void aNameTooLongForAQueueIsRefusedInWords() throws Exception {
        peer.send(0, durable("n".repeat(2000), 0, "news"));
        peer.expectRefusal(AmqpError.INVALID_FIELD);
    }

    @Test
    void aFilterThatIsNoneLeavesNothingBehind() throws Exception {
        peer.send(0, durable("mine", 0, "a/#/b"));
        peer.expectRefusal(AmqpError.INVALID_FIELD);
        assertTrue(news.broker.host.queues().isEmpty());
        subscribe(peer, "mine", 1, "news", 10);
        news.publish("m");
        expectMessage(peer, "m");
    }
}
