package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.nio.ByteBuffer;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.LinkError;
import org.apache.qpid.protonj2.types.transport.SessionError;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP 1.0 §2.6.7 to §2.6.10 and §2.7.4: credit, drain, echo. */
@ExtendWith(SharedBroker.class)
final class FlowClausesIT {

    private static final String QUEUE = "clauses.flow";

    private FramePeer peer;

    @BeforeEach
    void connect(BrokerUnderTest broker) {
        peer = FramePeer.begun(broker).sender(9, QUEUE);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private int sent;

    private void fill(int messages) {
        for (int i = 0; i < messages; i++) {
            peer.send(0, Frames.transfer(9, sent).setSettled(true), Frames.text("m" + sent++));
        }
    }

    /** A flow of the receiver that asks for the sender's state, which follows all that left before it. */
    private Flow ask(Flow flow) {
        return peer.send(0, flow.setNextOutgoingId(sent).setEcho(true)).expect(Flow.class);
    }

    private void expectMessages(int from, int to) {
        for (int i = from; i < to; i++) {
            peer.expect(Transfer.class);
            assertEquals("m" + i, peer.text());
        }
    }

    @Clause({"AMQP-2.6.7-1", "AMQP-2.6.7-4", "AMQP-2.7.4-3", "AMQP-2.7.4-5"})
    @Test
    void noMoreComesThanTheLimitAndEachTakesFromTheCredit() {
        fill(5);
        peer.receiver(0, QUEUE, 3);
        expectMessages(0, 3);
        peer.send(0, Frames.flow(0, 3, 0).setEcho(true));
        Flow state = peer.expect(Flow.class); // and no fourth message before it
        assertEquals(3, state.getDeliveryCount());
        assertEquals(0, state.getLinkCredit());
        peer.send(0, Frames.flow(0, 3, 1));
        expectMessages(3, 4);
        peer.expectNothingMore(0);
    }

    /** link-credit(snd) := delivery-count(rcv) + link-credit(rcv) - delivery-count(snd) */
    @Clause("AMQP-2.6.7-2")
    @Test
    void aFlowThatDeliveriesHaveCrossedCountsFromWhatItsSenderHasSeen() {
        fill(6);
        peer.receiver(0, QUEUE, 4);
        expectMessages(0, 4);
        peer.send(0, Frames.flow(0, 1, 4)); // has seen one of four: 1 + 4 - 4
        expectMessages(4, 5);
        peer.expectNothingMore(0);
        peer.send(0, Frames.flow(0, 1, 2)); // 1 + 2 - 5, which is less than none
        peer.expectNothingMore(0);
        assertEquals(0, echo(Frames.flow(0, 5, 0)).getLinkCredit());
    }

    private Flow echo(Flow flow) {
        return peer.send(0, flow.setEcho(true)).expect(Flow.class);
    }

    @Clause("AMQP-2.6.7-3")
    @Test
    void withoutADeliveryCountTheInitialOneIsMeant() {
        fill(3);
        peer.send(0, Frames.receiver(0, QUEUE));
        peer.send(0, Frames.sessionFlow().setHandle(0).setLinkCredit(2));
        assertEquals(0, peer.expect(Attach.class).getInitialDeliveryCount());
        expectMessages(0, 2);
        Flow again = echo(Frames.sessionFlow().setHandle(0).setLinkCredit(2)); // still 0 + 2
        assertEquals(0, again.getLinkCredit());
        peer.expectNothingMore(0);
    }

    @Clause("AMQP-2.6.7-5")
    @Test
    void drainUsesTheCreditUpAndSaysSo() {
        fill(2);
        peer.receiver(0, QUEUE, 0).send(0, Frames.flow(0, 0, 10).setDrain(true));
        expectMessages(0, 2);
        Flow drained = peer.expect(Flow.class);
        assertEquals(10, drained.getDeliveryCount());
        assertEquals(0, drained.getLinkCredit());
        assertTrue(drained.getDrain());
        fill(1);
        peer.expectNothingMore(0);
        peer.send(0, Frames.flow(0, 10, 1));
        expectMessages(2, 3);
    }

    @Clause("AMQP-2.6.8-1")
    @Test
    void aGetBringsOneMessageOrNone() {
        peer.receiver(0, QUEUE, 0);
        peer.send(0, Frames.flow(0, 0, 1).setDrain(true));
        assertEquals(1, peer.expect(Flow.class).getDeliveryCount());
        fill(2);
        peer.send(0, Frames.flow(0, 1, 1).setDrain(true));
        expectMessages(0, 1);
        Flow drained = peer.expect(Flow.class);
        assertEquals(2, drained.getDeliveryCount());
        assertEquals(0, drained.getLinkCredit());
        peer.expectNothingMore(0);
    }

    @Clause("AMQP-2.6.9-1")
    @Test
    void messagesComeByThemselvesWhileThereIsCredit() {
        peer.receiver(0, QUEUE, 100);
        for (int i = 0; i < 3; i++) {
            fill(1);
            expectMessages(i, i + 1);
        }
    }

    @Clause("AMQP-2.6.10-1")
    @Test
    void aCreditOfZeroStopsTheLinkAndTheEchoSaysWhen() {
        peer.receiver(0, QUEUE, 100);
        fill(3);
        peer.send(0, Frames.flow(0, 0, 0).setEcho(true));
        int came = 0;
        Object next = peer.next();
        while (next instanceof Transfer) {
            came++;
            next = peer.next();
        }
        Flow stopped = (Flow) next;
        assertEquals(0, stopped.getLinkCredit());
        assertEquals(came, stopped.getDeliveryCount());
        fill(2);
        peer.expectNothingMore(0);
        peer.send(0, Frames.flow(0, came, 100));
        expectMessages(came, 5);
    }

    /** Transfers so small that one read of the broker has more of them than it has given credit for. */
    @Clause({"AMQP-2.6.7-6", "AMQP-2.8.18-1"})
    @Test
    void aDeliveryWithoutCreditDetachesTheLink() {
        byte[] transfer = FramePeer.hex("0000001c 02000000 005314 c00b03 5209 70 00000000 a00161 00537740");
        ByteBuffer burst = ByteBuffer.allocate(60_000 * transfer.length);
        for (int id = 0; id < 60_000; id++) {
            burst.put(transfer).putInt(burst.position() - 11, id);
        }
        peer.sendBytes(burst.array());
        Object next = peer.next();
        while (!(next instanceof Detach)) next = peer.next();
        assertEquals(
                LinkError.TRANSFER_LIMIT_EXCEEDED, ((Detach) next).getError().getCondition());
    }

    @Clause("AMQP-2.7.4-1")
    @Test
    void aFlowForAHandleThatIsNotAttachedEndsTheSession() {
        peer.send(0, Frames.flow(5, 0, 1));
        assertEquals(SessionError.UNATTACHED_HANDLE, peer.expectEnd().getCondition());
    }

    /** Of the composite's fields, encoded as a list, no more than the four of the session may have a value. */
    @Clause({"AMQP-2.7.4-2", "AMQP-2.7.4-5"})
    @Test
    void aFlowOfTheSessionNamesNothingOfALink() {
        Flow flow = ask(Frames.sessionFlow());
        assertFalse(flow.hasHandle() || flow.hasDeliveryCount() || flow.hasLinkCredit());
        assertFalse(flow.hasAvailable() || flow.hasDrain());
        assertTrue(flow.hasNextIncomingId());
    }

    @Clause("AMQP-2.7.4-4")
    @Test
    void aReceiversFlowHasTheLastCountItKnowsOf() {
        assertEquals(0, echo(Frames.sessionFlow().setHandle(9)).getDeliveryCount());
        fill(3);
        Flow flow = ask(Frames.sessionFlow().setHandle(9));
        assertEquals(3, flow.getDeliveryCount());
        assertEquals(3, flow.getNextIncomingId());
    }
}
