package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Received;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.messaging.TerminusDurability;
import org.apache.qpid.protonj2.types.messaging.TerminusExpiryPolicy;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.LinkError;
import org.apache.qpid.protonj2.types.transport.ReceiverSettleMode;
import org.apache.qpid.protonj2.types.transport.Role;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;
import org.apache.qpid.protonj2.types.transport.SessionError;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP 1.0 §2.6.1 to §2.6.6, §2.7.3 and §2.7.7: how links come, fail and go. */
@ExtendWith(SharedBroker.class)
final class LinkClausesIT {

    private static final String QUEUE = "clauses.link";

    /** A message with the annotation x-other: an error of the link (§3.2.10). */
    private static final byte[] UNKNOWN_ANNOTATION = FramePeer.hex("005372c10b02a307782d6f7468657241005377a000");

    private FramePeer peer;
    private BrokerUnderTest broker;

    @BeforeEach
    void connect(BrokerUnderTest shared) {
        broker = shared;
        peer = FramePeer.begun(shared);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private Detach expectStolen() {
        Detach detach = peer.expect(Detach.class);
        assertEquals(LinkError.STOLEN, detach.getError().getCondition());
        return detach;
    }

    @Clause({"AMQP-2.6.1-1", "AMQP-2.8.18-1"})
    @Test
    void aSecondLinkOfANameStealsTheFirstInItsDirection() {
        peer.attach(Frames.receiver(0, QUEUE).setName("same"));
        peer.sender(1, QUEUE); // of the other direction
        peer.attach(Frames.sender(2, QUEUE).setName("same")).expect(Flow.class);
        peer.send(0, Frames.receiver(3, QUEUE).setName("same"));
        assertEquals(0, expectStolen().getHandle());
        assertEquals(3, peer.expect(Attach.class).getHandle());
        peer.send(0, Frames.detach(0)).send(0, Frames.transfer(1, 0), Frames.text("still there"));
        peer.expect(Disposition.class);
    }

    @Clause("AMQP-2.6.2-1")
    @Test
    void aHandleNamesOneLinkUntilItIsDetached() {
        peer.sender(4, QUEUE);
        assertEquals(4, peer.send(0, Frames.detach(4)).expect(Detach.class).getHandle());
        peer.receiver(4, QUEUE, 1).begin(1).send(1, Frames.transfer(4, 0), Frames.text("another session's handle"));
        assertEquals(SessionError.UNATTACHED_HANDLE, peer.expectEnd().getCondition());
        assertEquals(1, peer.lastChannel());
    }

    @Clause("AMQP-2.7.3-1")
    @Test
    void aHandleInUseClosesTheConnection() {
        peer.sender(0, QUEUE).send(0, Frames.sender(0, QUEUE).setName("another"));
        assertEquals(SessionError.HANDLE_IN_USE, peer.expectClose().getCondition());
    }

    @Clause({"AMQP-2.6.3-1", "AMQP-2.7.7-1", "AMQP-2.8.15-4"})
    @Test
    void aRefusedLinkIsAttachedWithoutTerminusAndDetachedAtOnce() {
        Attach answer = peer.send(0, Frames.sender(0, "/exchanges/nowhere/key")).expect(Attach.class);
        assertNull(answer.<Target>getTarget());
        assertEquals(Role.RECEIVER, answer.getRole());
        assertEquals("s0", answer.getName());
        assertEquals(AmqpError.NOT_FOUND, peer.expectDetach().getCondition());
        answer = peer.send(0, Frames.receiver(1, "/exchanges/nowhere/key")).expect(Attach.class);
        assertNull(answer.getSource());
        assertTrue(peer.expectDetach().getDescription().contains("nowhere"));
        // what was pipelined behind a refused attach is no error of a link
        peer.send(0, Frames.flow(1, 0, 10)).send(0, Frames.detach(1)).send(0, Frames.detach(0));
        peer.expectNothingMore(0);
    }

    @Clause({"AMQP-2.6.3-2", "AMQP-3.5.5-1", "AMQP-3.5.6-1"})
    @Test
    void theAnswerHasTheTerminusAsItIs() {
        Attach attach = Frames.sender(0, QUEUE);
        attach.<Target>getTarget()
                .setDurable(TerminusDurability.UNSETTLED_STATE)
                .setExpiryPolicy(TerminusExpiryPolicy.NEVER)
                .setCapabilities(Symbol.valueOf("queue"), Symbol.valueOf("time-travel"));
        Target target = peer.send(0, attach).expect(Attach.class).getTarget();
        assertEquals(QUEUE, target.getAddress());
        assertEquals(TerminusDurability.NONE, target.getDurable());
        assertEquals(TerminusExpiryPolicy.LINK_DETACH, target.getExpiryPolicy());
        assertEquals(1, target.getCapabilities().length);

        Attach durable = Frames.receiver(1, "topic://clauses/news");
        durable.getSource().setDurable(TerminusDurability.UNSETTLED_STATE).setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        peer.expect(Flow.class);
        Source source = peer.attachedSource(durable);
        assertEquals(TerminusDurability.CONFIGURATION, source.getDurable());
        assertEquals(TerminusExpiryPolicy.NEVER, source.getExpiryPolicy());
        peer.send(0, Frames.detach(1)).expect(Detach.class);
    }

    @Clause({"AMQP-2.7.3-2", "AMQP-2.7.3-3", "AMQP-2.8.2-1", "AMQP-2.8.3-1"})
    @Test
    void theAnswerHasTheModesInForceAndASendersFirstCount() {
        Attach answer = peer.send(0, Frames.receiver(0, QUEUE)).expect(Attach.class);
        assertTrue(answer.hasInitialDeliveryCount());
        assertEquals(SenderSettleMode.MIXED, answer.getSenderSettleMode());
        assertEquals(ReceiverSettleMode.FIRST, answer.getReceiverSettleMode());
        for (SenderSettleMode sending : SenderSettleMode.values()) {
            for (ReceiverSettleMode receiving : ReceiverSettleMode.values()) {
                Attach asked = Frames.receiver(1, QUEUE);
                asked.setSenderSettleMode(sending).setReceiverSettleMode(receiving);
                answer = peer.send(0, asked).expect(Attach.class);
                assertEquals(sending, answer.getSenderSettleMode());
                assertEquals(receiving, answer.getReceiverSettleMode());
                peer.send(0, Frames.detach(1)).expect(Detach.class);
            }
        }
    }

    @Clause("AMQP-2.7.3-4")
    @Test
    void noMessageIsSentThatIsLargerThanTheReceiverTakes() {
        peer.sender(0, QUEUE);
        peer.send(0, Frames.transfer(0, 0), Frames.text("x".repeat(200))).expect(Disposition.class);
        peer.send(0, Frames.transfer(0, 1), Frames.text("small")).expect(Disposition.class);
        peer.attach(Frames.receiver(1, QUEUE).setMaxMessageSize(100)).send(0, Frames.flow(1, 0, 10));
        peer.expect(Transfer.class);
        assertEquals("small", peer.text());
        peer.expectNothingMore(0);
        assertEquals(2, broker.control().depth(QUEUE));
    }

    @Clause({"AMQP-2.6.4-1", "AMQP-2.6.6-1"})
    @Test
    void detachIsAnsweredInKindAndTheHandleIsFree() {
        for (boolean closed : new boolean[] {false, true, false}) {
            peer.attach(Frames.receiver(2, QUEUE)).send(0, Frames.detach(2).setClosed(closed));
            Detach answer = peer.expect(Detach.class);
            assertEquals(2, answer.getHandle());
            assertEquals(closed, answer.getClosed());
            assertNull(answer.getError());
        }
        peer.expectNothingMore(0);
    }

    @Clause({"AMQP-2.6.5-1", "AMQP-2.6.5-2", "AMQP-2.6.5-3", "AMQP-2.8.17-1"})
    @Test
    void anErrorDetachesALinkAndMoreByItsHandleEndsTheSession() {
        peer.sender(0, QUEUE).begin(1);
        peer.send(0, Frames.transfer(0, 0), UNKNOWN_ANNOTATION);
        assertEquals(AmqpError.NOT_IMPLEMENTED, peer.expectDetach().getCondition());
        peer.expectNothingMore(0).send(0, Frames.detach(0)); // allowed, and the last of this link
        peer.sender(0, QUEUE); // a new one
        peer.send(0, Frames.transfer(0, 1), UNKNOWN_ANNOTATION);
        peer.expectDetach();
        peer.send(0, Frames.transfer(0, 2), Frames.text("too late"));
        assertEquals(SessionError.ERRANT_LINK, peer.expectEnd().getCondition());
        peer.send(0, new End()).expectNothingMore(1);
        assertEquals(0, broker.control().depth(QUEUE));
    }

    private static Received received() {
        return new Received().setSectionNumber(UnsignedInteger.ZERO).setSectionOffset(UnsignedLong.ZERO);
    }

    /** The broker's queue goes: its link fails, and what it had sent is not the receiver's to settle any more. */
    @Clause({"AMQP-2.6.5-3", "AMQP-2.6.5-4"})
    @Test
    void moreByTheDeliveriesOfALinkThatFailedEndsTheSession() {
        for (Object frame : new Object[] {
            Frames.settled(0, 0, Accepted.getInstance()),
            Frames.settled(0, 7, received()).setSettled(false),
            Frames.flow(1, 1, 5)
        }) {
            try (FramePeer one = FramePeer.begun(broker).sender(0, QUEUE)) {
                one.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
                one.receiver(1, QUEUE, 1).expect(Transfer.class);
                broker.control().removeAllQueues();
                assertEquals(AmqpError.RESOURCE_DELETED, one.expectDetach().getCondition());
                one.expectNothingMore(0).send(0, frame);
                assertEquals(SessionError.ERRANT_LINK, one.expectEnd().getCondition());
            }
        }
    }

    @Clause("AMQP-2.6.5-4")
    @Test
    void onceThePeerHasDetachedTheIdsAreForgotten() {
        peer.sender(0, QUEUE);
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.receiver(1, QUEUE, 1).expect(Transfer.class);
        broker.control().removeAllQueues();
        assertNotNull(peer.expectDetach());
        peer.send(0, Frames.detach(1)).send(0, Frames.settled(0, 0, Accepted.getInstance()));
        peer.expectNothingMore(0);
        assertFalse(broker.control().queueDepths().containsKey(QUEUE));
    }
}
