package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.SessionError;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncomingLinkTest extends OneSession {

    @Clause("AMQP-3.4.2-1")
    @Test
    void acceptedLeavesOnlyAfterTheForce() throws Exception {
        peer.attachSender(0, "q");
        broker.store.hold();
        for (int i = 0; i < 3; i++) peer.send(0, TestPeer.transfer(0, i), TestPeer.durable("m" + i));
        peer.expectSilence(200);
        broker.store.release();
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(0, answer.getFirst().intValue());
        assertEquals(2, answer.getLast().intValue());
        assertTrue(answer.getSettled());
        assertInstanceOf(Accepted.class, answer.getState());
        assertEquals(3, ready("q"));
    }

    @Test
    void aTransientMessageIsAcceptedInMemory() throws Exception {
        peer.attachSender(0, "q");
        broker.store.hold();
        peer.send(0, TestPeer.transfer(0, 0), Hex.bytes("005377 a101 78"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    @Test
    void aFrameForASessionThatHasEndedFindsNone() throws Exception {
        peer.attachSender(0, "q");
        peer.send(0, new org.apache.qpid.proton.amqp.transport.End());
        peer.expect(org.apache.qpid.proton.amqp.transport.End.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertEquals(
                AmqpError.ILLEGAL_STATE, peer.expect(Close.class).getError().getCondition());
    }

    @Test
    void aMessageLeavesBeforeItsSenderIsAnswered() throws Exception {
        peer.attachSender(0, "q").attachReceiver(1, "q", 1);
        peer.send(0, TestPeer.transfer(0, 0), Hex.bytes("005377 a101 78"));
        peer.expect(Transfer.class); // on the loop that both share: whoever waits for it waits for no other flush
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    @Test
    void afterAFailedStoreNothingIsAccepted() throws Exception {
        peer.attachSender(0, "q");
        broker.store.hold();
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        peer.expectSilence(100);
        broker.store.fail("the disk is gone");
        Close close = peer.expect(Close.class);
        assertEquals(AmqpError.INTERNAL_ERROR, close.getError().getCondition());
    }

    @Test
    void withoutRoomOnTheDiskAMessageIsRejectedAndNoCreditGrantedUntilThereIsSome() throws Exception {
        peer.attachSender(0, "q").attachSender(1, "topic://t");
        peer.attachReceiver(2, "topic://t", 10);
        peer.attachReceiver(3, "q", 10);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("before"));
        Transfer before = expectAcceptedAndDelivered();

        broker.store.beShort("Make room.");
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("m"));
        Disposition answer = peer.expect(Disposition.class);
        assertTrue(answer.getSettled());
        Rejected rejected = assertInstanceOf(Rejected.class, answer.getState());
        assertEquals(AmqpError.RESOURCE_LIMIT_EXCEEDED, rejected.getError().getCondition());
        assertEquals("Make room.", rejected.getError().getDescription());
        Transfer settled = TestPeer.transfer(0, 2);
        settled.setSettled(true);
        peer.send(0, settled, TestPeer.durable("m"));
        for (int i = 3; i < 900; i++) peer.send(0, TestPeer.transfer(0, i), TestPeer.durable("m"));
        for (int next = 3; next < 900; ) {
            Disposition more = peer.expect(Disposition.class); // and no flow
            assertInstanceOf(Rejected.class, more.getState());
            assertEquals(next, more.getFirst().intValue());
            next = more.getLast() == null ? next + 1 : more.getLast().intValue() + 1;
        }
        assertEquals(899, broker.broker.counters().refusedForDisk.sum());
        assertEquals(1, broker.listener.counters().droppedSettled.sum());

        // what needs no disk goes on, and so do settlements
        peer.send(0, TestPeer.transfer(1, 900), TestPeer.durable("live"));
        expectAcceptedAndDelivered();
        Disposition settlement = new Disposition();
        settlement.setRole(Role.RECEIVER);
        settlement.setFirst(before.getDeliveryId());
        settlement.setSettled(true);
        settlement.setState(Accepted.getInstance());
        peer.send(0, settlement);
        ListeningBroker.await(() -> broker.store.storedMessages() == 0);

        // a new link to a queue has none either
        peer.send(0, TestPeer.sender("late", 4, "q"));
        peer.expect(Attach.class);
        peer.expectSilence(200);

        broker.store.makeRoom();
        Flow first = peer.expect(Flow.class);
        Flow second = peer.expect(Flow.class);
        assertEquals(4, first.getHandle().intValue() + second.getHandle().intValue());
        peer.send(0, TestPeer.transfer(0, 901), TestPeer.durable("after"));
        expectAcceptedAndDelivered();
    }

    /** The answer to the publisher and the delivery to the consumer come by different loops. */
    private Transfer expectAcceptedAndDelivered() throws Exception {
        Object first = peer.expect(Object.class);
        Object second = peer.expect(Object.class);
        Object answer = first instanceof Disposition ? first : second;
        assertInstanceOf(
                Accepted.class, assertInstanceOf(Disposition.class, answer).getState());
        return assertInstanceOf(Transfer.class, answer == first ? second : first);
    }

    @Test
    void aLinkToATopicHasNoCreditGrantedOnceAMessageOfItWasRefused() throws Exception {
        peer.attachSender(0, "topic://t");
        broker.onLoop(
                loop -> broker.host.declareQueue(loop, io.signalbox.broker.queue.QueueSettings.durable("q", "test")));
        broker.onLoop(loop -> broker.host.bind(loop, broker.host.topics().name(), "q", "t"));
        broker.store.beShort("Make room.");
        for (int i = 0; i < 700; i++) peer.send(0, TestPeer.transfer(0, i), TestPeer.durable("m"));
        for (int next = 0; next < 700; ) {
            Disposition more = peer.expect(Disposition.class); // and no flow
            assertInstanceOf(Rejected.class, more.getState());
            next = more.getLast() == null ? next + 1 : more.getLast().intValue() + 1;
        }
        broker.store.makeRoom();
        assertEquals(1000, peer.expect(Flow.class).getLinkCredit().intValue());
    }

    @Test
    void whatNobodyIsBoundToIsReleased() throws Exception {
        peer.attachSender(0, "topic://nobody/listens");
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        Disposition answer = peer.expect(Disposition.class);
        assertInstanceOf(Released.class, answer.getState());
        assertTrue(answer.getSettled());
    }

    @Test
    void toASenderThatAsksForATopicNobodyListeningIsNoError() throws Exception {
        Attach attach = TestPeer.sender("s", 0, "nobody/listens");
        ((Target) attach.getTarget()).setCapabilities(Symbol.valueOf("topic"));
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    @Clause("AMQP-2.6.12-2")
    @Test
    void aSettledTransferHasNoAnswer() throws Exception {
        peer.attachSender(0, "q");
        Transfer transfer = TestPeer.transfer(0, 0);
        transfer.setSettled(true);
        peer.send(0, transfer, TestPeer.durable("m"));
        ListeningBroker.await(() -> ready("q") == 1);
        peer.expectSilence(100);
    }

    @Clause({"AMQP-2.6.12-3", "AMQP-2.7.5-7", "AMQP-2.8.3-1"})
    @Test
    void inSecondModeThePeerSettles() throws Exception {
        Attach attach = TestPeer.sender("s", 0, "q");
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attach.setSndSettleMode(SenderSettleMode.UNSETTLED);
        peer.send(0, attach);
        Attach answer = peer.expect(Attach.class);
        assertEquals(ReceiverSettleMode.SECOND, answer.getRcvSettleMode());
        assertEquals(SenderSettleMode.UNSETTLED, answer.getSndSettleMode());
        peer.expect(Flow.class);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("m"));
        Disposition disposition = peer.expect(Disposition.class);
        assertFalse(disposition.getSettled());
        assertInstanceOf(Accepted.class, disposition.getState());
    }

    @Clause("AMQP-2.6.14-1")
    @Test
    void aDeliveryInManyFramesIsOneMessage() throws Exception {
        peer.attachSender(0, "q");
        byte[] message = TestPeer.durable("x".repeat(5000));
        for (int at = 0; at < message.length; at += 1000) {
            Transfer transfer = TestPeer.transfer(0, 0);
            if (at > 0) {
                transfer.setDeliveryId(null);
                transfer.setDeliveryTag(null);
            }
            int to = Math.min(message.length, at + 1000);
            transfer.setMore(to < message.length);
            peer.send(0, transfer, Arrays.copyOfRange(message, at, to));
        }
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        peer.attachReceiver(1, "q", 1);
        peer.expect(Transfer.class);
        assertEquals("x".repeat(5000), peer.text());
    }

    @Clause("AMQP-2.6.14-3")
    @Test
    void anAbortedDeliveryNeverWas() throws Exception {
        peer.attachSender(0, "q");
        Transfer begun = TestPeer.transfer(0, 0);
        begun.setMore(true);
        peer.send(0, begun, Hex.bytes("005377"));
        Transfer aborted = TestPeer.transfer(0, 0);
        aborted.setAborted(true);
        peer.send(0, aborted);
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("whole"));
        assertEquals(1, peer.expect(Disposition.class).getFirst().intValue());
        assertEquals(1, ready("q"));
    }

    @Test
    void anAbortedDeliveryOfOneFrameGivesItsCreditBack() throws Exception {
        peer.attachSender(0, "q");
        for (int i = 0; i <= CreditGrant.MAX_MESSAGES / 2; i++) {
            Transfer aborted = TestPeer.transfer(0, i);
            aborted.setAborted(true);
            peer.send(0, aborted);
        }
        Flow more = peer.expect(Flow.class);
        while (more.getHandle() == null) more = peer.expect(Flow.class); // the session's window
        assertEquals(CreditGrant.MAX_MESSAGES, more.getLinkCredit().intValue());
    }

    @Clause("AMQP-3.4.3-1")
    @Test
    void whatIsNoMessageIsRejectedAndTheLinkGoesOn() throws Exception {
        peer.attachSender(0, "q");
        peer.send(0, TestPeer.transfer(0, 0), Hex.bytes("005377 d0 ffffffff 00000000"));
        Rejected rejected =
                assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
        assertEquals(AmqpError.DECODE_ERROR, rejected.getError().getCondition());
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("good"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }

    @Clause({"AMQP-2.6.5-1", "AMQP-2.7.3-4", "AMQP-2.8.18-1"})
    @Test
    void aMessageLargerThanAgreedEndsTheLink() throws Exception {
        reopen(new AmqpSettings.Limits(4096, 10_000, 10, 10));
        peer.send(0, TestPeer.sender("s", 0, "q"));
        assertEquals(10_000, peer.expect(Attach.class).getMaxMessageSize().longValue());
        peer.expect(Flow.class);
        for (int i = 0; i < 4; i++) {
            Transfer transfer = TestPeer.transfer(0, 0);
            transfer.setMore(true);
            peer.send(0, transfer, new byte[3000]);
        }
        peer.expectDetach(LinkError.MESSAGE_SIZE_EXCEEDED);
    }

    @Test
    void deliveriesInPiecesAreBoundedOverAllLinksOfAConnection() throws Exception {
        reopen(new AmqpSettings.Limits(4096, 10_000, 10, 10));
        for (int link = 0; link < 3; link++) {
            peer.attachSender(link, "q");
            for (int i = 0; i < (link < 2 ? 3 : 1); i++) {
                Transfer transfer = TestPeer.transfer(link, link);
                transfer.setMore(true);
                peer.send(0, transfer, new byte[3000]);
            }
        }
        peer.expectDetach(AmqpError.RESOURCE_LIMIT_EXCEEDED);
        Transfer aborted = TestPeer.transfer(0, 0);
        aborted.setAborted(true);
        peer.send(0, aborted); // makes room again
        peer.attachSender(5, "q");
        Transfer begun = TestPeer.transfer(5, 5);
        begun.setMore(true);
        peer.send(0, begun, new byte[3000]);
        peer.send(0, TestPeer.transfer(5, 5), new byte[0]);
        assertInstanceOf(Rejected.class, peer.expect(Disposition.class).getState());
    }

    @Test
    void whatLinksAreCalledIsBoundedAndADetachMakesRoom() throws Exception {
        String address = "/exchanges/topics/" + "n".repeat(60_000);
        for (int i = 0; i < 40; i++) {
            peer.attachSender(0, address);
            peer.detach(0, true);
        }
        int fit = (512 << 10) / 60_000 + 1;
        for (int handle = 0; handle < fit; handle++) peer.attachSender(handle, address);
        peer.send(0, TestPeer.sender("one more", fit, address));
        assertEquals(
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                peer.expect(End.class).getError().getCondition());
    }

    @Test
    void aConnectionHasAsManyLinksAsAgreed() throws Exception {
        reopen(new AmqpSettings.Limits(4096, 10_000, 10, 2));
        peer.begin(1);
        peer.attachSender(0, "q").attachSender(1, "q");
        peer.send(1, TestPeer.sender("one more", 0, "q"));
        assertEquals(
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                peer.expect(End.class).getError().getCondition());
        peer.send(0, TestPeer.sender("beyond", 2, "q"));
        assertEquals(
                org.apache.qpid.proton.amqp.transport.ConnectionError.FRAMING_ERROR,
                peer.expect(Close.class).getError().getCondition());
    }

    /** Whoever never answers a detach keeps its handles, and they are counted. */
    @Test
    void aRefusedLinkCountsUntilItsPeerDetachesIt() throws Exception {
        reopen(new AmqpSettings.Limits(4096, 10_000, 10, 2));
        peer.begin(1);
        for (int handle = 0; handle < 2; handle++) {
            peer.send(0, TestPeer.sender("refused " + handle, handle, "$nowhere"));
            peer.expect(Attach.class);
            peer.expect(Detach.class);
        }
        peer.send(1, TestPeer.sender("one more", 0, "q"));
        assertEquals(
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                peer.expect(End.class).getError().getCondition());
        peer.send(0, TestPeer.detachFrame(0, true)).attachSender(0, "q");
    }

    @Test
    void aParkedMessageStopsCreditAndIsAnsweredWhenThereIsSpace() throws Exception {
        peer.attachSender(0, "q");
        broker.store.fill();
        for (int i = 0; i < 5; i++) peer.send(0, TestPeer.transfer(0, i), TestPeer.durable("m" + i));
        peer.expectSilence(200);
        broker.store.makeSpace();
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(4, answer.getLast().intValue());
    }

    @Test
    void whileThereIsNoSpaceTheSocketIsNotReadBeyondABound() throws Exception {
        peer.attachSender(0, "q");
        broker.store.fill();
        byte[] message = TestPeer.durable("x".repeat(100_000));
        for (int i = 0; i < 30; i++) peer.send(0, TestPeer.transfer(0, i), message);
        peer.expectSilence(200);
        assertTrue(broker.listener.counters().received.sum() < 20, "read on: " + broker.listener.counters().received);
        broker.store.makeSpace();
        int answered = 0;
        while (answered < 30) {
            Object next = peer.next();
            if (next instanceof Disposition disposition) {
                int last = (disposition.getLast() == null ? disposition.getFirst() : disposition.getLast()).intValue();
                answered = last + 1;
            }
        }
        assertEquals(30, ready("q"));
    }

    @Test
    void creditIsGivenAgainBeforeItIsUsedUp() throws Exception {
        peer.send(0, TestPeer.sender("s", 0, "q"));
        peer.expect(Attach.class);
        int credit = peer.expect(Flow.class).getLinkCredit().intValue();
        assertEquals(CreditGrant.MAX_MESSAGES, credit);
        for (int i = 0; i < 600; i++) peer.send(0, TestPeer.transfer(0, i), Hex.bytes("005377 a101 78"));
        for (Object next = peer.next(); ; next = peer.next()) {
            if (next instanceof Flow flow && flow.getHandle() != null) {
                assertTrue(flow.getDeliveryCount().intValue() >= 500);
                break;
            }
        }
    }

    @Clause({"AMQP-2.6.7-6", "AMQP-2.8.18-1"})
    @Test
    void aDeliveryWithoutCreditEndsTheLink() throws Exception {
        peer.attachSender(0, "q");
        broker.store.hold(); // no answers, so no new credit
        for (int i = 0; i <= CreditGrant.MAX_MESSAGES; i++) {
            peer.send(0, TestPeer.transfer(0, i), TestPeer.durable("m"));
        }
        for (Object next = peer.next(); ; next = peer.next()) {
            if (next instanceof Flow) continue;
            Detach detach = assertInstanceOf(Detach.class, next);
            assertEquals(LinkError.TRANSFER_LIMIT_EXCEEDED, detach.getError().getCondition());
            break;
        }
        broker.store.release();
    }

    @Clause({"AMQP-2.6.3-1", "AMQP-2.8.15-3"})
    @ParameterizedTest
    @ValueSource(strings = {"$management", "$cbs", "/management"})
    void nodesThatAreNotThereYetAreNotMadeQueues(String address) throws Exception {
        peer.send(0, TestPeer.sender("s", 0, address));
        peer.expectRefusal(AmqpError.NOT_IMPLEMENTED);
        assertTrue(broker.host.queue(address).isEmpty());
    }

    @Test
    void wildcardsAreNotPublishedTo() throws Exception {
        peer.send(0, TestPeer.sender("s", 0, "topic://a/#"));
        peer.expectRefusal(AmqpError.NOT_ALLOWED);
    }

    @Test
    void anExchangeThatIsNotThereIsNotFound() throws Exception {
        peer.send(0, TestPeer.sender("s", 0, "/exchanges/nowhere/key"));
        peer.expectRefusal(AmqpError.NOT_FOUND);
    }

    /** By it any queue could be reached, also that of somebody's session. */
    @Test
    void theDefaultExchangeHasNoAddress() throws Exception {
        peer.send(0, TestPeer.sender("s", 0, "/exchanges//q"));
        peer.expectRefusal(AmqpError.INVALID_FIELD);
        peer.send(0, TestPeer.receiver("r", 1, "/exchanges//q"));
        peer.expectRefusal(AmqpError.INVALID_FIELD);
    }

    @Test
    void transactionsAreRefusedInWords() throws Exception {
        Attach coordinator = TestPeer.sender("c", 0, "q");
        coordinator.setTarget(new Coordinator());
        peer.send(0, coordinator);
        peer.expectRefusal(AmqpError.NOT_IMPLEMENTED);
    }

    @Test
    void theSubjectIsTheRoutingKeyOfAnExchangeWithoutOne() throws Exception {
        broker.onLoop(loop ->
                broker.host.declareQueue(loop, io.signalbox.broker.queue.QueueSettings.durable("orders", "test")));
        broker.onLoop(loop -> broker.host.bind(loop, "amq.direct", "orders", "new"));
        peer.attachSender(0, "/exchanges/amq.direct");
        peer.send(0, TestPeer.transfer(0, 0), Hex.bytes("005373 c009 04 40 40 40 a1036e6577 005377 a101 78"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
        peer.send(0, TestPeer.transfer(0, 1), Hex.bytes("005377 a101 78"));
        assertInstanceOf(Released.class, peer.expect(Disposition.class).getState());
        assertEquals(1, ready("orders"));
    }

    @Clause({"AMQP-2.6.1-1", "AMQP-2.8.18-1"})
    @Test
    void aSecondLinkOfTheSameNameStealsTheFirst() throws Exception {
        peer.send(0, TestPeer.sender("same", 0, "q"));
        peer.expect(Attach.class);
        peer.expect(Flow.class);
        peer.send(0, TestPeer.sender("same", 1, "q"));
        peer.expectDetach(LinkError.STOLEN);
        assertEquals(1, peer.expect(Attach.class).getHandle().intValue());
    }

    @Clause("AMQP-2.8.17-1")
    @Test
    void aHandleThatNamesNoLinkEndsOnlyItsSession() throws Exception {
        peer.begin(1);
        peer.send(1, TestPeer.transfer(7, 0), new byte[0]);
        assertEquals(
                SessionError.UNATTACHED_HANDLE,
                peer.expect(End.class).getError().getCondition());
        peer.attachSender(0, "q");
    }

    @Clause({"AMQP-2.6.4-1", "AMQP-2.6.6-1"})
    @Test
    void aDetachIsAnsweredAlike() throws Exception {
        peer.attachSender(3, "q");
        Detach answer = peer.detach(3, true);
        assertTrue(answer.getClosed());
        assertNull(answer.getError());
        peer.attachSender(3, "q");
    }

    @Test
    void aQueueThatWasRemovedIsNotWrittenToAndOneMadeAgainIs() throws Exception {
        peer.attachSender(0, "q");
        broker.onLoop(loop -> broker.host.deleteQueue(loop, "q"));
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("lost?"));
        assertInstanceOf(Released.class, peer.expect(Disposition.class).getState());
        broker.onLoop(
                loop -> broker.host.declareQueue(loop, io.signalbox.broker.queue.QueueSettings.durable("q", "test")));
        peer.send(0, TestPeer.transfer(0, 1), TestPeer.durable("found"));
        assertInstanceOf(Accepted.class, peer.expect(Disposition.class).getState());
    }
}
