package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Released;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.ReceiverSettleMode;
import org.apache.qpid.protonj2.types.transport.Role;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP 1.0 §2.6.12, §2.6.14, §2.7.5 and §2.7.6: deliveries, in one transfer or many, and how they are settled. */
@ExtendWith(SharedBroker.class)
final class TransferClausesIT {

    private static final String QUEUE = "clauses.transfer";

    private FramePeer peer;
    private BrokerUnderTest broker;

    @BeforeEach
    void connect(BrokerUnderTest shared) {
        broker = shared;
        peer = FramePeer.begun(shared).sender(0, QUEUE);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private static Transfer more(int handle) {
        return new Transfer().setHandle(handle);
    }

    private Disposition expectAnswer(int deliveryId) {
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Role.RECEIVER, answer.getRole());
        assertEquals(deliveryId, answer.getFirst());
        return answer;
    }

    private void assertAccepted(int deliveryId) {
        Disposition answer = expectAnswer(deliveryId);
        assertTrue(answer.getSettled());
        assertInstanceOf(Accepted.class, answer.getState());
    }

    private void awaitDepth(long messages) {
        Await.until(QUEUE + " has " + messages, () -> broker.control().depth(QUEUE) == messages);
    }

    @Clause("AMQP-2.6.12-1")
    @Test
    void deliveryTagsAreUniqueAmongWhatIsUnsettled() {
        for (int i = 0; i < 20; i++) {
            peer.send(0, Frames.transfer(0, i).setSettled(true), Frames.text("m" + i));
        }
        Set<String> tags = new HashSet<>();
        for (int handle = 1; handle <= 2; handle++) {
            peer.receiver(handle, QUEUE, 10);
            for (int i = 0; i < 10; i++) {
                byte[] tag = peer.expect(Transfer.class).getDeliveryTag().tagBytes();
                assertTrue(tag.length <= 32);
                assertTrue(tags.add(handle + Arrays.toString(tag)));
            }
        }
    }

    @Clause({"AMQP-2.6.12-2", "AMQP-2.7.5-2"})
    @Test
    void whatIsSentSettledIsNotAnsweredAndUnsaidIsUnsettled() {
        peer.send(0, Frames.transfer(0, 0).setSettled(true), Frames.text("settled"));
        awaitDepth(1);
        peer.send(0, Frames.transfer(0, 1), Frames.text("unsaid"));
        assertAccepted(1); // and no answer to the first before
        peer.send(0, Frames.transfer(0, 2).setMore(true), Frames.text("settled at last"));
        peer.send(0, more(0).setSettled(true));
        awaitDepth(3);
        peer.send(0, Frames.transfer(0, 3).setMore(true), Frames.text("never settled"));
        peer.send(0, more(0));
        assertAccepted(3);
    }

    @Clause({"AMQP-2.6.14-1", "AMQP-2.6.14-2"})
    @Test
    void messagesOfTwoLinksMayBeInterleaved() {
        peer.sender(1, QUEUE);
        byte[] first = Frames.text("a".repeat(100));
        byte[] second = Frames.text("b".repeat(100));
        peer.send(0, Frames.transfer(0, 0).setMore(true), Arrays.copyOf(first, 40));
        peer.send(0, Frames.transfer(1, 1).setMore(true), Arrays.copyOf(second, 3));
        peer.send(0, more(0).setMore(true), Arrays.copyOfRange(first, 40, 60));
        peer.send(0, more(1), Arrays.copyOfRange(second, 3, second.length));
        assertAccepted(1);
        peer.send(0, more(0), Arrays.copyOfRange(first, 60, first.length));
        assertAccepted(0);
        peer.receiver(2, QUEUE, 2).expect(Transfer.class);
        assertEquals("b".repeat(100), peer.text());
        peer.expect(Transfer.class);
        assertEquals("a".repeat(100), peer.text());
    }

    @Clause("AMQP-2.6.14-2")
    @Test
    void messagesOfOneLinkAreNotInterleaved() {
        peer.send(0, Frames.transfer(0, 0).setMore(true), Frames.text("begun"));
        peer.send(0, Frames.transfer(0, 1), Frames.text("between"));
        assertEquals(AmqpError.NOT_ALLOWED, peer.expectDetach().getCondition());
        assertEquals(0, broker.control().depth(QUEUE));
    }

    @Clause({"AMQP-2.6.14-3", "AMQP-2.7.5-5"})
    @Test
    void ofAnAbortedMessageNothingIsKeptWhateverMoreAndPayloadSay() {
        peer.send(0, Frames.transfer(0, 0).setMore(true), Frames.text("be"));
        peer.send(0, more(0).setAborted(true).setMore(true), Frames.text("gun"));
        peer.send(0, Frames.transfer(0, 1).setAborted(true).setMore(true), Frames.text("at once"));
        peer.send(0, Frames.transfer(0, 2), Frames.text("whole"));
        assertAccepted(2);
        assertEquals(1, broker.control().depth(QUEUE));
        peer.receiver(1, QUEUE, 2).expect(Transfer.class);
        assertEquals("whole", peer.text());
    }

    @Clause("AMQP-2.7.5-1")
    @ParameterizedTest
    @CsvSource({"no id, 40 a001 61", "no tag, 43 40 40"})
    void theFirstTransferNeedsIdAndTag(String name, String idAndTag) {
        byte[] fields = FramePeer.hex("43 " + idAndTag);
        int count = name.equals("no id") ? 3 : 4;
        byte[] head = FramePeer.hex(String.format("005314 c0%02x%02x", fields.length + 1, count));
        byte[] message = Frames.text(name);
        peer.sendHex(String.format("%08x02000000", 8 + head.length + fields.length + message.length));
        peer.sendBytes(head).sendBytes(fields).sendBytes(message);
        assertEquals(AmqpError.INVALID_FIELD, peer.expectEnd().getCondition());
    }

    @Clause("AMQP-2.7.5-1")
    @Test
    void theBrokersFirstTransferHasIdTagAndFormat() {
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        Transfer transfer = peer.receiver(1, QUEUE, 1).expect(Transfer.class);
        assertTrue(transfer.hasDeliveryId() && transfer.hasDeliveryTag() && transfer.hasMessageFormat());
        assertEquals(0, transfer.getMessageFormat());
    }

    @Clause("AMQP-2.8.15-3")
    @Test
    void anotherMessageFormatIsRefusedInWords() {
        peer.send(0, Frames.transfer(0, 0).setMessageFormat(0x100), Frames.text("of the next century"));
        assertEquals(AmqpError.NOT_IMPLEMENTED, peer.expectDetach().getCondition());
    }

    @Clause("AMQP-2.8.7-1")
    @Test
    void aDeliveryTagHasUpTo32Bytes() {
        peer.send(0, Frames.transfer(0, 0).setDeliveryTag(new byte[32]), Frames.text("fits"));
        assertAccepted(0);
        peer.send(0, Frames.transfer(0, 1).setDeliveryTag(new byte[33]), Frames.text("does not"));
        assertEquals(AmqpError.INVALID_FIELD, peer.expectEnd().getCondition());
    }

    private Transfer received(SenderSettleMode mode) {
        Attach attach = Frames.receiver(1, QUEUE).setSenderSettleMode(mode);
        return peer.attach(attach).send(0, Frames.flow(1, 0, 1)).expect(Transfer.class);
    }

    @Clause({"AMQP-2.7.5-3", "AMQP-2.8.2-1"})
    @Test
    void onALinkForSettledMessagesTheyAreSettled() {
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        assertTrue(received(SenderSettleMode.SETTLED).getSettled());
        awaitDepth(0);
    }

    @Clause({"AMQP-2.7.5-4", "AMQP-2.8.2-1"})
    @Test
    void onALinkForUnsettledMessagesNoneIsSettled() {
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        assertFalse(received(SenderSettleMode.UNSETTLED).getSettled());
        assertEquals(1, broker.control().depth(QUEUE));
    }

    private FramePeer attachSecond() {
        Attach attach = Frames.sender(1, QUEUE).setReceiverSettleMode(ReceiverSettleMode.SECOND);
        peer.attach(attach).expect(Flow.class);
        return peer;
    }

    @Clause({"AMQP-2.6.12-3", "AMQP-2.7.5-7", "AMQP-2.8.3-1"})
    @Test
    void inTheSecondModeTheBrokerSaysTheOutcomeAndWaits() {
        attachSecond().send(0, Frames.transfer(1, 0), Frames.text("m"));
        Disposition answer = expectAnswer(0);
        assertFalse(answer.getSettled());
        assertInstanceOf(Accepted.class, answer.getState());
        Disposition settled = new Disposition().setRole(Role.SENDER).setFirst(0).setSettled(true);
        peer.send(0, settled).expectNothingMore(0);
    }

    @Clause({"AMQP-2.6.12-3", "AMQP-2.7.5-7"})
    @Test
    void inTheSecondModeTheBrokerSettlesAfterTheReceiversOutcome() {
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.attach(Frames.receiver(1, QUEUE).setReceiverSettleMode(ReceiverSettleMode.SECOND));
        peer.send(0, Frames.flow(1, 0, 1)).expect(Transfer.class);
        peer.send(0, Frames.settled(0, 0, Accepted.getInstance()).setSettled(false));
        Disposition settled = peer.expect(Disposition.class);
        assertEquals(Role.SENDER, settled.getRole());
        assertTrue(settled.getSettled());
        assertInstanceOf(Accepted.class, settled.getState());
        assertEquals(0, broker.control().depth(QUEUE));
    }

    @Clause("AMQP-2.7.5-6")
    @Test
    void oneDeliveryMayBeInTheFirstModeOnALinkOfTheSecond() {
        attachSecond();
        Transfer first = Frames.transfer(1, 0).setRcvSettleMode(ReceiverSettleMode.FIRST);
        peer.send(0, first, Frames.text("m"));
        assertAccepted(0);
        Transfer inTwo =
                Frames.transfer(1, 1).setRcvSettleMode(ReceiverSettleMode.FIRST).setMore(true);
        peer.send(0, inTwo, Frames.text("m")).send(0, more(1));
        assertAccepted(1);
        peer.send(0, Frames.transfer(1, 2), Frames.text("m"));
        assertFalse(expectAnswer(2).getSettled());
    }

    @Clause("AMQP-2.7.5-7")
    @Test
    void noDeliveryIsInTheSecondModeOnALinkOfTheFirst() {
        Transfer second = Frames.transfer(0, 0).setRcvSettleMode(ReceiverSettleMode.SECOND);
        peer.send(0, second, Frames.text("m"));
        assertEquals(AmqpError.INVALID_FIELD, peer.expectDetach().getCondition());
        assertEquals(0, broker.control().depth(QUEUE));
    }

    @Clause({"AMQP-2.7.6-1", "AMQP-2.7.6-2"})
    @Test
    void oneDispositionMayNameDeliveriesOfManyLinks() {
        String other = QUEUE + ".other";
        peer.sender(1, other);
        for (int i = 0; i < 4; i++) peer.send(0, Frames.transfer(i % 2, i).setSettled(true), Frames.text("m" + i));
        awaitDepth(2);
        peer.receiver(2, QUEUE, 1).expect(Transfer.class);
        peer.receiver(3, other, 1).expect(Transfer.class);
        peer.send(0, Frames.flow(2, 1, 1).setNextOutgoingId(4)).expect(Transfer.class);
        peer.send(0, Frames.flow(3, 1, 1).setNextOutgoingId(4)).expect(Transfer.class);
        peer.send(0, Frames.settled(0, 3, Accepted.getInstance()));
        awaitDepth(0);
        assertEquals(0, broker.control().depth(other));
    }

    /** The broker's and the peer's delivery-ids are two rows of numbers; the role says which is meant. */
    @Clause("AMQP-2.7.6-3")
    @Test
    void onlyDeliveriesOfTheNamedDirectionAreMeant() {
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.receiver(1, QUEUE, 1);
        assertEquals(0, peer.expect(Transfer.class).getDeliveryId());
        Disposition ofSender = Frames.settled(0, 0, Accepted.getInstance()).setRole(Role.SENDER);
        peer.send(0, ofSender).expectNothingMore(0);
        assertEquals(1, broker.control().depth(QUEUE));
        peer.send(0, Frames.settled(0, 0, Released.getInstance()));
        peer.send(0, Frames.flow(1, 1, 1)).expect(Transfer.class);
        assertEquals("m", peer.text());
    }
}
