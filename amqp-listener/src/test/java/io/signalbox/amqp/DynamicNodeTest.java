package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DynamicNodeTest {

    private static final Symbol LIFETIME = Symbol.valueOf("lifetime-policy");

    private ListeningBroker broker;
    private TestPeer peer;

    @BeforeEach
    void open() throws Exception {
        broker = new ListeningBroker();
        peer = broker.connect().open().begin(0);
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private Target senderTo(int handle, String... capabilities) throws Exception {
        Attach attach = TestPeer.sender("s" + handle, handle, null);
        Target target = (Target) attach.getTarget();
        target.setDynamic(true);
        target.setDynamicNodeProperties(Map.of(LIFETIME, DeleteOnClose.getInstance()));
        Symbol[] symbols = new Symbol[capabilities.length];
        for (int i = 0; i < symbols.length; i++) symbols[i] = Symbol.valueOf(capabilities[i]);
        if (symbols.length > 0) target.setCapabilities(symbols);
        peer.send(0, attach);
        Target made = assertInstanceOf(Target.class, peer.expect(Attach.class).getTarget());
        peer.expect(Flow.class);
        assertTrue(made.getDynamic());
        assertNotNull(made.getAddress());
        assertInstanceOf(DeleteOnClose.class, made.getDynamicNodeProperties().get(LIFETIME));
        return made;
    }

    private Source receiverFrom(int handle, Object lifetime, Symbol... capabilities) throws Exception {
        Attach attach = TestPeer.receiver("r" + handle, handle, null);
        Source source = (Source) attach.getSource();
        source.setDynamic(true);
        source.setDynamicNodeProperties(Map.of(LIFETIME, lifetime));
        if (capabilities.length > 0) source.setCapabilities(capabilities);
        peer.send(0, attach);
        Source made = assertInstanceOf(Source.class, peer.expect(Attach.class).getSource());
        assertTrue(made.getDynamic());
        assertInstanceOf(DeleteOnClose.class, made.getDynamicNodeProperties().get(LIFETIME));
        peer.send(0, TestPeer.flow(handle, 0, 10));
        return made;
    }

    private static void detach(TestPeer from, int handle) throws Exception {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(true);
        from.send(0, detach);
        from.expect(Detach.class);
    }

    @Test
    void aReaderFindsTheQueueThatASenderMade() throws Exception {
        String address = senderTo(0, "temporary-queue").getAddress();
        assertTrue(address.startsWith("queue://temporary-queue-"), address);
        TestPeer reader = broker.connect().open().begin(0).attachReceiver(0, address, 10);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        reader.expect(Transfer.class);
        assertEquals("m", reader.text());
    }

    @Test
    void withoutACapabilityANodeIsAQueueAndEachIsAnotherOne() throws Exception {
        String first = senderTo(0).getAddress();
        String second = senderTo(1).getAddress();
        assertTrue(first.startsWith("queue://"), first);
        assertNotEquals(first, second);
        assertEquals(2, broker.host.queues().size());
    }

    @Test
    void everyReaderOfATopicThatASenderMadeGetsItsCopy() throws Exception {
        String address = senderTo(0, "temporary-topic").getAddress();
        assertTrue(address.startsWith("topic://temporary-topic-"), address);
        TestPeer first = broker.connect().open().begin(0).attachReceiver(0, address, 10);
        TestPeer second = broker.connect().open().begin(0).attachReceiver(0, address, 10);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        for (TestPeer reader : new TestPeer[] {first, second}) {
            reader.expect(Transfer.class);
            assertEquals("m", reader.text());
        }
    }

    @Test
    void aReceiverGetsWhatIsSentToItsOwnNode() throws Exception {
        Symbol topic = Symbol.valueOf("temporary-topic");
        String queueAddress = receiverFrom(0, DeleteOnNoMessages.getInstance()).getAddress();
        String topicAddress =
                receiverFrom(1, DeleteOnClose.getInstance(), topic).getAddress();
        TestPeer sender =
                broker.connect().open().begin(0).attachSender(0, queueAddress).attachSender(1, topicAddress);
        for (int handle = 0; handle < 2; handle++) {
            sender.send(0, TestPeer.transfer(handle, handle), TestPeer.durable("m" + handle));
            assertEquals(handle, peer.expect(Transfer.class).getHandle().intValue());
            assertEquals("m" + handle, peer.text());
        }
    }

    @Test
    void aNodeGoesWithTheLinkThatMadeIt() throws Exception {
        String address = senderTo(0).getAddress();
        receiverFrom(1, DeleteOnClose.getInstance());
        TestPeer reader = broker.connect().open().begin(0).attachReceiver(0, address, 10);
        detach(peer, 0);
        assertEquals(
                AmqpError.RESOURCE_DELETED,
                reader.expect(Detach.class).getError().getCondition());
        detach(peer, 1);
        assertTrue(broker.host.queues().isEmpty());
        peer.send(0, TestPeer.sender("late", 2, address)); // and nobody makes it again
        peer.expect(Attach.class);
        assertEquals(AmqpError.NOT_FOUND, peer.expect(Detach.class).getError().getCondition());
    }

    @Test
    void aReaderThatLeavesEndsNothing() throws Exception {
        String address = senderTo(0).getAddress();
        TestPeer reader = broker.connect().open().begin(0).attachReceiver(0, address, 10);
        detach(reader, 0);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    @Test
    void aNodeGoesWithItsSessionAndItsConnection() throws Exception {
        senderTo(0);
        peer.send(0, new End());
        peer.expect(End.class);
        assertTrue(broker.host.queues().isEmpty());
        peer.begin(0);
        senderTo(0);
        receiverFrom(1, DeleteOnClose.getInstance());
        peer.close();
        ListeningBroker.await(() -> broker.host.queues().isEmpty());
    }

    @Test
    void whoAsksForANodeDoesNotNameIt() throws Exception {
        Attach attach = TestPeer.sender("s", 0, "mine");
        ((Target) attach.getTarget()).setDynamic(true);
        peer.send(0, attach);
        peer.expect(Attach.class);
        assertEquals(
                AmqpError.INVALID_FIELD, peer.expect(Detach.class).getError().getCondition());
    }
}
