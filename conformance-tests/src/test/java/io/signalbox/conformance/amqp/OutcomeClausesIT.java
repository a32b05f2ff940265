package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnknownDescribedType;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Modified;
import org.apache.qpid.protonj2.types.messaging.Received;
import org.apache.qpid.protonj2.types.messaging.Rejected;
import org.apache.qpid.protonj2.types.messaging.Released;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP 1.0 §3.3, §3.4, §3.5.1 and §3.5.2: what becomes of messages at a queue, by outcomes, filters and modes. */
@ExtendWith(SharedBroker.class)
final class OutcomeClausesIT {

    private static final String QUEUE = "clauses.outcome";

    private FramePeer peer;
    private BrokerUnderTest broker;
    private int sent;

    @BeforeEach
    void connect(BrokerUnderTest shared) {
        broker = shared;
        peer = FramePeer.begun(shared).sender(0, QUEUE);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private void send(int messages) {
        for (int i = 0; i < messages; i++) {
            peer.send(0, Frames.transfer(0, sent), Frames.text("m" + sent++));
            assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        }
    }

    private void expectMessage(String text) {
        peer.expect(Transfer.class);
        assertEquals(text, peer.text());
    }

    private void settle(int deliveryId, DeliveryState state) {
        peer.send(0, Frames.settled(deliveryId, deliveryId, state));
    }

    private FramePeer credit(int handle, int deliveryCount, int credit) {
        return peer.send(0, Frames.flow(handle, deliveryCount, credit).setNextOutgoingId(sent));
    }

    /** Of the message that came last: the fifth and last field of its header, 0x43 where it is 0. */
    private int deliveryCount() {
        byte[] payload = peer.payload();
        assertEquals(5, payload[5]);
        int last = payload[4 + payload[4]];
        return last == 0x43 ? 0 : last;
    }

    private void awaitDepth(long messages) {
        Await.until(QUEUE + " has " + messages, () -> broker.control().depth(QUEUE) == messages);
    }

    @Clause({"AMQP-3.4.2-1", "AMQP-3.5.2-1", "AMQP-3.3-1"})
    @Test
    void whatWasAcceptedIsNotSentAgain() {
        send(3);
        peer.receiver(1, QUEUE, 2);
        expectMessage("m0");
        expectMessage("m1");
        settle(0, Accepted.getInstance());
        awaitDepth(2); // m1 is acquired, m2 available, m0 archived
        peer.send(0, Frames.detach(1)).expect(Detach.class);
        peer.receiver(1, QUEUE, 5);
        expectMessage("m1");
        expectMessage("m2");
        peer.expectNothingMore(0);
    }

    @Clause("AMQP-3.4.3-2")
    @Test
    void aRejectedMessageDoesNotComeAgain() {
        send(2);
        peer.receiver(1, QUEUE, 1);
        expectMessage("m0");
        settle(0, new Rejected());
        awaitDepth(1);
        credit(1, 1, 5);
        expectMessage("m1");
        peer.expectNothingMore(0);
    }

    @Clause("AMQP-3.4.4-1")
    @Test
    void releasedLeavesTheDeliveryCount() {
        send(1);
        peer.receiver(1, QUEUE, 1);
        expectMessage("m0");
        settle(0, Released.getInstance());
        credit(1, 1, 1);
        expectMessage("m0");
        assertEquals(0, deliveryCount());
    }

    @Clause({"AMQP-3.4.5-1", "AMQP-3.2.1-6"})
    @Test
    void modifiedWithDeliveryFailedCounts() {
        send(1);
        peer.receiver(1, QUEUE, 1);
        for (int failures = 0; failures < 3; failures++) {
            expectMessage("m0");
            assertEquals(failures, deliveryCount());
            settle(failures, new Modified().setDeliveryFailed(true));
            credit(1, failures + 1, 1);
        }
        expectMessage("m0");
        settle(3, new Modified().setDeliveryFailed(false)); // as released
        credit(1, 4, 1);
        expectMessage("m0");
        assertEquals(3, deliveryCount());
    }

    @Clause("AMQP-3.4.5-2")
    @Test
    void modifiedWithUndeliverableHereDoesNotComeAgainOnThatLink() {
        send(2);
        peer.receiver(1, QUEUE, 1);
        expectMessage("m0");
        settle(0, new Modified().setUndeliverableHere(true));
        credit(1, 1, 5);
        expectMessage("m1");
        peer.expectNothingMore(0);
        peer.receiver(2, QUEUE, 5);
        expectMessage("m0");
    }

    @Clause("AMQP-3.4.1-2")
    @Test
    void receivedIsProgressAndNoOutcome() {
        send(1);
        peer.receiver(1, QUEUE, 5);
        expectMessage("m0");
        Received half = new Received().setSectionNumber(UnsignedInteger.ZERO).setSectionOffset(UnsignedLong.ZERO);
        peer.send(0, Frames.settled(0, 0, half).setSettled(false)).expectNothingMore(0);
        assertEquals(1, broker.control().depth(QUEUE));
        settle(0, Accepted.getInstance());
        awaitDepth(0);
    }

    private static Attach selecting(int handle, String selector) {
        Attach attach = Frames.receiver(handle, QUEUE);
        attach.getSource()
                .setFilter(Map.of(
                        Symbol.valueOf("selector"),
                        new UnknownDescribedType(Symbol.valueOf("apache.org:selector-filter:string"), selector)));
        return attach;
    }

    @Clause({"AMQP-3.5.1-1", "AMQP-3.5.3-5", "AMQP-3.5.8-1"})
    @Test
    void aFilterDoesNotChangeItsMindAndTheAnswerHasIt() {
        for (int priority : new int[] {2, 7, 3, 8}) {
            byte[] header = FramePeer.hex(String.format("005370c004024050%02x", priority));
            byte[] text = Frames.text("p" + priority);
            byte[] message = Arrays.copyOf(header, header.length + text.length);
            System.arraycopy(text, 0, message, header.length, text.length);
            peer.send(0, Frames.transfer(0, sent++), message).expect(Disposition.class);
        }
        for (int round = 0; round < 2; round++) { // the second sees what the first has released
            Attach attach = selecting(1, "JMSPriority < 5");
            Map<Symbol, Object> filters = peer.attachedSource(attach).getFilter();
            assertEquals(1, filters.size());
            assertInstanceOf(
                    UnknownDescribedType.class, filters.values().iterator().next());
            credit(1, 0, 10);
            expectMessage("p3");
            expectMessage("p2");
            peer.expectNothingMore(0).send(0, Frames.detach(1)).expect(Detach.class);
        }
        peer.receiver(2, QUEUE, 10);
        for (String left : new String[] {"p8", "p7", "p3", "p2"}) expectMessage(left);
    }

    @Clause("AMQP-3.5.8-1")
    @Test
    void aFilterThatIsNotKnownIsNotInTheAnswer() {
        Attach attach = Frames.receiver(1, QUEUE);
        attach.getSource()
                .setFilter(Map.of(
                        Symbol.valueOf("odd"),
                        new UnknownDescribedType(Symbol.valueOf("example.org:odd:string"), "x")));
        Map<Symbol, Object> filters = peer.attachedSource(attach).getFilter();
        assertTrue(filters == null || filters.isEmpty(), () -> "in place: " + filters);
    }

    @Clause({"AMQP-3.5.2-2", "AMQP-3.5.3-4"})
    @Test
    void aCopyIsSentOnceAndTheMessageStays() {
        send(2);
        Attach copy = Frames.receiver(1, QUEUE);
        copy.getSource().setDistributionMode(Symbol.valueOf("copy"));
        assertEquals(Symbol.valueOf("copy"), peer.attachedSource(copy).getDistributionMode());
        credit(1, 0, 2);
        expectMessage("m0");
        expectMessage("m1");
        settle(0, Accepted.getInstance());
        settle(1, Released.getInstance());
        send(1);
        credit(1, 2, 10);
        expectMessage("m2"); // neither of the others again
        peer.expectNothingMore(0);
        assertEquals(
                Symbol.valueOf("move"),
                peer.attachedSource(Frames.receiver(2, QUEUE)).getDistributionMode());
        credit(2, 0, 10);
        for (int i = 0; i < 3; i++) expectMessage("m" + i);
    }
}
