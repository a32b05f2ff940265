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
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sources that outlive their links (AMQP 1.0 §3.5.3), as JMS uses them. */
@Clause("AMQP-3.5.3")
class DurableSubscriptionTest {

    private static final Symbol TOPIC = Symbol.valueOf("topic");

    private ListeningBroker broker;
    private TestPeer peer;
    private TestPeer sender;
    private int sent;

    @BeforeEach
    void open() throws Exception {
        broker = new ListeningBroker();
        peer = connect("box");
        sender = connect("sender").attachSender(0, "topic://news");
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private TestPeer connect(String container) throws Exception {
        Open open = new Open();
        open.setContainerId(container);
        return broker.connect().open(open).begin(0);
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

    private void publish(String text) throws Exception {
        sender.send(0, TestPeer.transfer(0, sent++), TestPeer.durable(text));
        assertInstanceOf(Accepted.class, sender.expect(Disposition.class).getState());
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

    private static Detach detach(TestPeer from, int handle, boolean closed) throws Exception {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(closed);
        from.send(0, detach);
        return from.expect(Detach.class);
    }

    private static void expectRefusal(TestPeer peer, Symbol condition) throws Exception {
        assertNull(peer.expect(Attach.class).getSource());
        Detach detach = peer.expect(Detach.class);
        assertTrue(detach.getClosed());
        assertEquals(condition, detach.getError().getCondition());
    }

    @Clause({"AMQP-3.5.5", "AMQP-3.5.6"})
    @Test
    void theAnswerSaysWhatLasts() throws Exception {
        Source actual = subscribe(peer, "mine", 0, "news", 0);
        assertEquals("news", actual.getAddress());
        assertEquals(TerminusDurability.CONFIGURATION, actual.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, actual.getExpiryPolicy());
        assertEquals(Symbol.valueOf("copy"), actual.getDistributionMode());
        assertArrayEquals(new Symbol[] {TOPIC}, actual.getCapabilities());
    }

    @Clause("AMQP-2.6.4")
    @Test
    void aDetachThatDoesNotCloseLeavesTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        publish("first");
        expectMessage(peer, "first");
        assertNull(detach(peer, 0, false).getError());
        publish("meanwhile");
        subscribe(peer, "mine", 0, "news", 10);
        expectMessage(peer, "meanwhile");
    }

    @Test
    void theEndOfSessionAndConnectionLeaveTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        peer.send(0, new End());
        peer.expect(End.class);
        publish("a");
        peer.begin(0);
        subscribe(peer, "mine", 0, "news", 0);
        peer.close();
        publish("b");
        TestPeer next = connect("box");
        subscribe(next, "mine", 0, "news", 10);
        expectMessage(next, "a");
        expectMessage(next, "b");
    }

    @Test
    void aDetachThatClosesEndsTheSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        publish("lost");
        assertNull(detach(peer, 0, true).getError());
        assertTrue(broker.host.queues().isEmpty());
        subscribe(peer, "mine", 0, "news", 10);
        peer.expectSilence(50);
    }

    @Test
    void theEndIsToldWhenItIsDurable() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        broker.store.hold();
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        detach.setClosed(true);
        peer.send(0, detach);
        peer.expectSilence(50);
        broker.store.release();
        peer.expect(Detach.class);
    }

    @Test
    void whoHasAnotherContainerHasAnotherSubscription() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        TestPeer other = connect("other");
        subscribe(other, "mine", 0, "news", 10);
        publish("m");
        expectMessage(peer, "m");
        expectMessage(other, "m");
        detach(other, 0, true);
        publish("n");
        expectMessage(peer, "n");
    }

    @Test
    void anotherTopicMakesTheSubscriptionAnew() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        publish("old");
        detach(peer, 0, false);
        subscribe(peer, "mine", 0, "weather", 10);
        sender.send(0, TestPeer.transfer(0, sent++), TestPeer.durable("not wanted"));
        assertInstanceOf(Released.class, sender.expect(Disposition.class).getState());
        TestPeer weather = connect("w").attachSender(0, "topic://weather");
        weather.send(0, TestPeer.transfer(0, 0), TestPeer.durable("rain"));
        expectMessage(peer, "rain");
    }

    @Test
    void aLinkWithoutASourceFindsTheSubscriptionAndMayEndIt() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        detach(peer, 0, false);
        publish("kept");
        peer.send(0, lookup("mine", 3));
        Source found = (Source) peer.expect(Attach.class).getSource();
        assertEquals("news", found.getAddress());
        assertEquals(TerminusExpiryPolicy.NEVER, found.getExpiryPolicy());
        assertArrayEquals(new Symbol[] {TOPIC}, found.getCapabilities());
        peer.send(0, TestPeer.flow(3, 0, 1));
        expectMessage(peer, "kept");
        assertNull(detach(peer, 3, true).getError());
        peer.send(0, lookup("mine", 3));
        expectRefusal(peer, AmqpError.NOT_FOUND);
    }

    @Test
    void whatIsInUseIsNotEndedByALinkWithoutASource() throws Exception {
        subscribe(peer, "mine", 0, "news", 10);
        peer.send(0, lookup("mine", 1));
        expectRefusal(peer, AmqpError.RESOURCE_LOCKED);
        TestPeer other = connect("box");
        other.send(0, lookup("mine", 0));
        expectRefusal(other, AmqpError.RESOURCE_LOCKED);
        publish("still");
        expectMessage(peer, "still");
    }

    @Clause("AMQP-2.6.1")
    @Test
    void theNewerLinkOfAContainerTakesTheSubscriptionOver() throws Exception {
        subscribe(peer, "mine", 0, "news", 0);
        publish("m");
        TestPeer second = connect("box");
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
        TestPeer second = connect("box");
        subscribe(second, "mine", 0, "news", 10);
        peer.expect(Detach.class);
        detachAnswer(peer);
        peer.close();
        publish("m");
        expectMessage(second, "m");
    }

    private static void detachAnswer(TestPeer from) throws Exception {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        detach.setClosed(true);
        from.send(0, detach);
    }

    @Test
    void aNameTooLongForAQueueIsRefusedInWords() throws Exception {
        peer.send(0, durable("n".repeat(2000), 0, "news"));
        expectRefusal(peer, AmqpError.INVALID_FIELD);
    }

    @Test
    void aFilterThatIsNoneLeavesNothingBehind() throws Exception {
        peer.send(0, durable("mine", 0, "a/#/b"));
        expectRefusal(peer, AmqpError.INVALID_FIELD);
        assertTrue(broker.host.queues().isEmpty());
        subscribe(peer, "mine", 1, "news", 10);
        publish("m");
        expectMessage(peer, "m");
    }
}
