package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.ByteArrayOutputStream;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.ConnectionError;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.SessionError;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP 1.0 §2.5, §2.7.2 and §2.7.8: sessions, their ends and their windows. */
@ExtendWith(SharedBroker.class)
final class SessionClausesIT {

    private static final String QUEUE = "clauses.session";

    private FramePeer peer;
    private BrokerUnderTest broker;

    @BeforeEach
    void connect(BrokerUnderTest shared) {
        broker = shared;
        peer = FramePeer.connect(shared).open();
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private void fill(int messages) {
        try (FramePeer producer = FramePeer.begun(broker).sender(0, QUEUE)) {
            for (int i = 0; i < messages; i++) {
                producer.send(0, Frames.transfer(0, i).setSettled(true), Frames.text("m" + i));
            }
            producer.send(0, new End()).expect(End.class);
        }
        Await.until("all are there", () -> broker.control().depth(QUEUE) == messages);
    }

    @Clause("AMQP-2.5.1-1")
    @Test
    void remoteChannelIsSetInTheAnswerToABeginAndInNoOther() {
        peer.send(7, Frames.begin());
        Begin answer = peer.expect(Begin.class);
        assertTrue(answer.hasRemoteChannel());
        assertEquals(7, answer.getRemoteChannel());
        peer.send(8, Frames.begin().setRemoteChannel(8)); // answers a begin that the broker has not sent
        assertEquals(AmqpError.NOT_ALLOWED, peer.expectClose().getCondition());
    }

    @Clause({"AMQP-2.5.2-1", "AMQP-2.5.5-1"})
    @Test
    void endIsAnsweredAndWhatTheSessionHeldIsGivenBack() {
        fill(2);
        peer.begin(0).receiver(0, QUEUE, 2);
        for (int i = 0; i < 2; i++) peer.expect(Transfer.class);
        assertNull(peer.send(0, new End()).expect(End.class).getError());
        peer.begin(0).receiver(0, QUEUE, 1); // the channel, the handle and the link's name are free
        peer.expect(Transfer.class);
        assertEquals("m0", peer.text());
        peer.send(0, new End()).expect(End.class);
        peer.send(0, Frames.detach(0)); // of no session
        assertEquals(AmqpError.ILLEGAL_STATE, peer.expectClose().getCondition());
    }

    @Clause({"AMQP-2.5.3-1", "AMQP-2.5.4-1", "AMQP-2.5.4-2", "AMQP-2.7.8-1"})
    @Test
    void afterItsEndTheBrokerHearsNothingOfTheSessionButOurs() {
        peer.begin(0).begin(1).sender(0, QUEUE);
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        burst.writeBytes(peer.frame(0, Frames.flow(9, 0, 1), new byte[0]));
        burst.writeBytes(peer.frame(0, Frames.transfer(0, 0), Frames.text("unheard")));
        burst.writeBytes(peer.frame(0, Frames.sender(1, QUEUE), new byte[0]));
        burst.writeBytes(peer.frame(0, Frames.flow(9, 0, 1).setEcho(true), new byte[0]));
        burst.writeBytes(peer.frame(0, new End(), new byte[0])); // crosses the broker's, and is its answer
        ErrorCondition error = peer.sendBytes(burst.toByteArray()).expectEnd();
        assertEquals(SessionError.UNATTACHED_HANDLE, error.getCondition());
        assertTrue(error.getDescription().contains("9"), error.getDescription());
        peer.expectNothingMore(1).begin(0); // no second end, and the channel is free again
        assertEquals(0, broker.control().depth(QUEUE));
    }

    @Clause({"AMQP-2.5.6-1", "AMQP-2.7.4-3"})
    @Test
    void noMoreTransfersComeThanTheWindowHasRoomFor() {
        fill(6);
        peer.send(0, Frames.begin().setIncomingWindow(2)).expect(Begin.class);
        peer.attach(Frames.receiver(0, QUEUE));
        peer.send(0, Frames.flow(0, 0, 10).setIncomingWindow(2));
        for (int i = 0; i < 2; i++) peer.expect(Transfer.class);
        // It has sent 0 and 1. Seen from 1 on, a window of 2 has room for one more: 1 + 2 - 2.
        peer.send(
                0,
                Frames.flow(0, 0, 10).setNextIncomingId(1).setIncomingWindow(2).setEcho(true));
        Flow echo = null;
        int transfers = 0;
        while (echo == null || transfers == 0) {
            Object next = peer.next();
            if (next instanceof Flow flow) echo = flow;
            else transfers++;
        }
        peer.send(
                0,
                Frames.sessionFlow().setNextIncomingId(3).setIncomingWindow(0).setEcho(true));
        Flow state = peer.expect(Flow.class); // no transfer before it
        assertEquals(1, transfers);
        assertEquals(3, state.getNextOutgoingId());
        peer.send(0, Frames.sessionFlow().setNextIncomingId(3).setIncomingWindow(9));
        for (int i = 3; i < 6; i++) {
            assertEquals(i, peer.expect(Transfer.class).getDeliveryId());
        }
    }

    /** The smallest transfers there are, so many that one read of the broker has more of them than its window. */
    @Clause({"AMQP-2.5.6-2", "AMQP-2.8.17-1"})
    @Test
    void aTransferBeyondTheWindowIsAViolation() {
        peer.send(0, Frames.begin());
        long window = peer.expect(Begin.class).getIncomingWindow();
        assertTrue(window < (64 << 10) / 20, "a window of " + window + " cannot be overrun in one read");
        peer.begin(1).sender(0, QUEUE);
        peer.send(0, Frames.transfer(0, 0).setMore(true), new byte[0]);
        byte[] more = FramePeer.hex("00000014 02000000 005314 c00706 43 40 40 40 40 41");
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (int i = 0; i < 60 * window; i++) burst.writeBytes(more);
        peer.sendBytes(burst.toByteArray());
        Object next = peer.next();
        while (next instanceof Flow) next = peer.next();
        assertEquals(SessionError.WINDOW_VIOLATION, ((End) next).getError().getCondition());
        peer.send(0, new End()).expectNothingMore(1);
    }

    @Clause("AMQP-2.5.6-3")
    @Test
    void nextIncomingIdFollowsThePeersFlow() {
        peer.begin(0).sender(0, QUEUE);
        peer.send(0, Frames.transfer(0, 0).setSettled(true), Frames.text("one"));
        peer.send(0, Frames.sessionFlow().setNextOutgoingId(41).setEcho(true));
        assertEquals(41, peer.expect(Flow.class).getNextIncomingId());
        peer.send(0, Frames.transfer(0, 1).setSettled(true), Frames.text("two"));
        peer.send(0, Frames.sessionFlow().setNextOutgoingId(42).setEcho(true));
        assertEquals(42, peer.expect(Flow.class).getNextIncomingId());
    }

    /** A pipelined flow has no next-incoming-id; its window of one has room for the first delivery. */
    @Clause({"AMQP-2.5.6-4", "AMQP-2.6.7-3"})
    @Test
    void aFlowThatKnowsNothingOfTheBrokerCountsFromTheFirstIds() {
        fill(2);
        ByteArrayOutputStream pipelined = new ByteArrayOutputStream();
        pipelined.writeBytes(peer.frame(0, Frames.begin().setIncomingWindow(0), new byte[0]));
        pipelined.writeBytes(peer.frame(0, Frames.receiver(0, QUEUE), new byte[0]));
        Flow flow = new Flow()
                .setIncomingWindow(1)
                .setNextOutgoingId(0)
                .setOutgoingWindow(1)
                .setHandle(0)
                .setLinkCredit(2);
        pipelined.writeBytes(peer.frame(0, flow, new byte[0]));
        peer.sendBytes(pipelined.toByteArray()).expect(Begin.class);
        peer.expect(Attach.class);
        assertEquals(0, peer.expect(Transfer.class).getDeliveryId());
        peer.send(
                0,
                Frames.sessionFlow().setNextIncomingId(1).setIncomingWindow(0).setEcho(true));
        assertEquals(1, peer.expect(Flow.class).getNextOutgoingId()); // and no second transfer before
        peer.send(0, Frames.sessionFlow().setNextIncomingId(1).setIncomingWindow(1));
        assertEquals(1, peer.expect(Transfer.class).getDeliveryId());
    }

    @Clause("AMQP-2.7.2-1")
    @Test
    void aHandleBeyondHandleMaxIsAFramingErrorInEveryFrame() {
        for (int kind = 0; kind < 4; kind++) {
            try (FramePeer one = FramePeer.connect(broker).open()) {
                one.send(0, Frames.begin());
                int beyond = (int) one.expect(Begin.class).getHandleMax() + 1;
                Object frame = switch (kind) {
                    case 0 -> Frames.sender(beyond, QUEUE);
                    case 1 -> Frames.flow(beyond, 0, 1);
                    case 2 -> Frames.transfer(beyond, 0);
                    default -> Frames.detach(beyond);
                };
                one.send(0, frame);
                assertEquals(ConnectionError.FRAMING_ERROR, one.expectClose().getCondition());
            }
        }
    }

    @Clause("AMQP-2.7.2-2")
    @Test
    void noLinkIsAnsweredBeyondThePeersHandleMax() {
        peer.send(0, Frames.begin().setHandleMax(1)).expect(Begin.class);
        peer.sender(1, QUEUE).send(0, Frames.sender(2, QUEUE));
        assertEquals(AmqpError.NOT_ALLOWED, peer.expectEnd().getCondition());
    }
}
