package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

class DynamicNodeTest extends OneSession {

    private static final Symbol LIFETIME = Symbol.valueOf("lifetime-policy");

    private Target senderTo(int handle, String... capabilities) throws Exception {
        return senderTo(handle, DeleteOnClose.getInstance(), capabilities);
    }

    private Target senderTo(int handle, Object lifetime, String... capabilities) throws Exception {
        Attach attach = TestPeer.sender("s" + handle, handle, null);
        Target target = (Target) attach.getTarget();
        target.setDynamic(true);
        target.setDynamicNodeProperties(Map.of(LIFETIME, lifetime));
        Symbol[] symbols = new Symbol[capabilities.length];
        for (int i = 0; i < symbols.length; i++) symbols[i] = Symbol.valueOf(capabilities[i]);
        if (symbols.length > 0) target.setCapabilities(symbols);
        peer.send(0, attach);
        Target made = assertInstanceOf(Target.class, peer.expect(Attach.class).getTarget());
        peer.expect(Flow.class);
        assertTrue(made.getDynamic());
        assertNotNull(made.getAddress());
        assertInstanceOf(lifetime.getClass(), made.getDynamicNodeProperties().get(LIFETIME));
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
        assertInstanceOf(lifetime.getClass(), made.getDynamicNodeProperties().get(LIFETIME));
        peer.send(0, TestPeer.flow(handle, 0, 10));
        return made;
    }

    @Test
    void aReaderFindsTheQueueThatASenderMade() throws Exception {
        String address = senderTo(0, "temporary-queue").getAddress();
        assertTrue(address.startsWith("queue://temporary-queue-"), address);
        TestPeer reader = connect().attachReceiver(0, address, 10);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        reader.expect(Transfer.class);
        assertEquals("m", reader.text());
    }

    @Test
    void aLinkThatTheBrokerDetachesLeavesItsNodeOnce() throws Exception {
        String address = senderTo(0, DeleteOnNoLinks.getInstance()).getAddress();
        TestPeer other = connect().attachSender(0, address);
        Transfer foreign = TestPeer.transfer(0, 0);
        foreign.setMessageFormat(UnsignedInteger.ONE);
        other.send(0, foreign, TestPeer.durable("m"));
        other.expectDetach(AmqpError.NOT_IMPLEMENTED);
        other.send(0, TestPeer.detachFrame(0, true)).begin(1);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
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
        TestPeer first = connect().attachReceiver(0, address, 10);
        TestPeer second = connect().attachReceiver(0, address, 10);
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
        TestPeer sender = connect().attachSender(0, queueAddress).attachSender(1, topicAddress);
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
        TestPeer reader = connect().attachReceiver(0, address, 10);
        peer.detach(0, true);
        assertEquals(
                AmqpError.RESOURCE_DELETED,
                reader.expect(Detach.class).getError().getCondition());
        peer.detach(1, true);
        assertTrue(broker.host.queues().isEmpty());
        peer.send(0, TestPeer.sender("late", 2, address)); // and nobody makes it again
        peer.expect(Attach.class);
        assertEquals(AmqpError.NOT_FOUND, peer.expect(Detach.class).getError().getCondition());
    }

    @Test
    void aReaderThatLeavesEndsNothing() throws Exception {
        String address = senderTo(0).getAddress();
        TestPeer reader = connect().attachReceiver(0, address, 10);
        reader.detach(0, true);
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

    private static void accept(TestPeer reader, Transfer transfer) throws Exception {
        Disposition accepted = new Disposition();
        accepted.setRole(Role.RECEIVER);
        accepted.setFirst(transfer.getDeliveryId());
        accepted.setSettled(true);
        accepted.setState(Accepted.getInstance());
        reader.send(0, accepted);
    }

    private void send(int handle) throws Exception {
        peer.send(0, TestPeer.transfer(handle, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    private static void assertRefused(TestPeer peer, Attach attach) throws Exception {
        peer.send(0, attach);
        peer.expect(Attach.class);
        assertEquals(AmqpError.NOT_FOUND, peer.expect(Detach.class).getError().getCondition());
    }

    @Test
    void aNodeMayLastAsLongAsAnyLinkUsesIt() throws Exception { // AMQP 1.0 §3.5.11
        String address = senderTo(0, DeleteOnNoLinks.getInstance()).getAddress();
        TestPeer reader = connect().attachReceiver(0, address, 10);
        send(0);
        peer.detach(0, true);
        reader.expect(Transfer.class);
        peer.attachSender(1, address);
        reader.detach(0, true);
        assertEquals(1, broker.host.queues().size());
        peer.detach(1, true);
        assertTrue(broker.host.queues().isEmpty(), "with what was in it");
    }

    @Test
    void aNodeMayLastUntilItsLastMessageHasGone() throws Exception { // AMQP 1.0 §3.5.12
        String address = senderTo(0, DeleteOnNoMessages.getInstance()).getAddress();
        send(0);
        peer.detach(0, true);
        TestPeer reader = connect().attachReceiver(0, address, 10);
        Transfer transfer = reader.expect(Transfer.class);
        assertEquals(1, broker.host.queues().size());
        accept(reader, transfer);
        assertEquals(
                AmqpError.RESOURCE_DELETED,
                reader.expect(Detach.class).getError().getCondition());
        assertTrue(broker.host.queues().isEmpty());
    }

    @Test
    void anEmptyNodeThatLastsForItsMessagesGoesWithItsMaker() throws Exception {
        senderTo(0, DeleteOnNoMessages.getInstance());
        peer.detach(0, true);
        ListeningBroker.await(() -> broker.host.queues().isEmpty());
    }

    @Test
    void aNodeMayLastForLinksAndMessages() throws Exception { // AMQP 1.0 §3.5.13
        String address = senderTo(0, DeleteOnNoLinksOrMessages.getInstance()).getAddress();
        send(0);
        peer.detach(0, true);
        TestPeer reader = connect().attachReceiver(0, address, 10);
        accept(reader, reader.expect(Transfer.class));
        reader.expectSilence(50);
        reader.detach(0, true);
        ListeningBroker.await(() -> broker.host.queues().isEmpty());
    }

    @Test
    void aTopicThatHasGoneIsNotFoundAgain() throws Exception {
        String address = senderTo(0, "temporary-topic").getAddress();
        TestPeer other = connect().attachSender(0, address);
        peer.detach(0, true);
        other.send(0, TestPeer.transfer(0, 0), TestPeer.durable("late"));
        assertEquals(
                AmqpError.RESOURCE_DELETED,
                other.expect(Detach.class).getError().getCondition());
        assertRefused(other, TestPeer.receiver("r", 1, address));
        assertRefused(other, TestPeer.sender("s", 2, address));
    }

    @Test
    void aMessageToATopicThatHasGoneIsRejected() throws Exception {
        String address = senderTo(0, "temporary-topic").getAddress();
        peer.send(0, TestPeer.sender("anonymous", 1, null));
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        peer.send(0, TestPeer.transfer(1, 0), to(address));
        assertInstanceOf(Released.class, peer.expect(Disposition.class).getState()); // nobody listens
        peer.detach(0, true);
        peer.send(0, TestPeer.transfer(1, 1), to(address));
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals(AmqpError.NOT_FOUND, rejected.getError().getCondition());
    }

    private static byte[] to(String address) {
        Properties properties = new Properties();
        properties.setTo(address);
        ByteBuf out = Unpooled.buffer();
        PerformativeCodec.ofThread().encode(properties, new ByteBufSink(out));
        PerformativeCodec.ofThread().encode(new AmqpValue("m"), new ByteBufSink(out));
        return Arrays.copyOf(out.array(), out.writerIndex());
    }
}
