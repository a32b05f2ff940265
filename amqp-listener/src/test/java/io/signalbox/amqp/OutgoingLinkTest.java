package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

class OutgoingLinkTest extends OneSession {

    /** Puts messages m0, m1, … into a queue. */
    private void fill(String queue, int messages) throws Exception {
        try (TestPeer producer = connect().attachSender(0, queue)) {
            producer.sendSettled(0, messages, i -> TestPeer.durable("m" + i));
            ListeningBroker.await(() -> ready(queue) >= messages);
        }
    }

    private static Disposition disposition(int first, int last, boolean settled, DeliveryState state) {
        Disposition disposition = new Disposition();
        disposition.setRole(Role.RECEIVER);
        disposition.setFirst(UnsignedInteger.valueOf(first));
        disposition.setLast(UnsignedInteger.valueOf(last));
        disposition.setSettled(settled);
        disposition.setState(state);
        return disposition;
    }

    /** Small, near the size from which a payload is not copied, and beyond it: they share buffers, or end them. */
    @Test
    void whatFillsManyBuffersComesWholeAndInOrder() throws Exception {
        java.util.function.IntFunction<String> text =
                i -> i + "x".repeat(new int[] {10, 1000, 4060, 5000, 70_000}[i % 5]);
        try (TestPeer producer = connect().attachSender(0, "q")) {
            producer.sendSettled(0, 400, i -> TestPeer.durable(text.apply(i)));
            ListeningBroker.await(() -> ready("q") == 400);
        }
        peer.attachReceiver(0, "q", 400);
        for (int i = 0; i < 400; i++) {
            peer.expect(Transfer.class);
            assertEquals(text.apply(i), peer.text());
        }
    }

    @Test
    void noMoreComesThanThereIsCreditFor() throws Exception {
        fill("q", 5);
        peer.attachReceiver(0, "q", 2);
        for (int i = 0; i < 2; i++) {
            Transfer transfer = peer.expect(Transfer.class);
            assertEquals(i, transfer.getDeliveryId().intValue());
            assertFalse(transfer.getSettled());
            assertEquals("m" + i, peer.text());
        }
        peer.expectSilence(100);
        peer.send(0, TestPeer.flow(0, 2, 1));
        peer.expect(Transfer.class);
        assertEquals("m2", peer.text());
        peer.expectSilence(100);
    }

    @Clause({"AMQP-3.2-1", "AMQP-3.2.2-1", "AMQP-3.2.3-1"})
    @Test
    void theBareMessageArrivesByteForByteWithAHeaderOfItsOwn() throws Exception {
        String sent =
                "005372 c10c 02 a307782d6f70742d62 5402 005373 c005 01 a1026d31 005374 c107 02 a10161 a10162 005375 a003"
                        + " 010203 005378 c10100";
        peer.attachSender(0, "q");
        peer.send(
                0,
                TestPeer.transfer(0, 0),
                Hex.bytes("005370 c004 02 41 5007 005371 c10c 02 a307782d6f70742d61 5401" + sent));
        peer.expect(Disposition.class);
        peer.attachReceiver(1, "q", 1);
        peer.expect(Transfer.class);
        assertEquals(Hex.text(Hex.bytes("005370 c007 05 41 5007 40 41 43" + sent)), Hex.text(peer.payload));
    }

    @Test
    void aSettledOutcomeHasNoAnswer() throws Exception {
        fill("q", 3);
        peer.attachReceiver(0, "q", 3);
        for (int i = 0; i < 3; i++) peer.expect(Transfer.class);
        peer.send(0, disposition(0, 2, true, Accepted.getInstance()));
        // The queue's numbers change before its batch is in the log.
        ListeningBroker.await(() -> status("q").unsettled() == 0 && broker.store.storedMessages() == 0);
        peer.expectSilence(50);
    }

    @Clause("AMQP-2.6.12-3")
    @Test
    void anUnsettledOutcomeIsSettledByUsAfterTheForce() throws Exception {
        fill("q", 3);
        peer.attachReceiver(0, "q", 3);
        for (int i = 0; i < 3; i++) peer.expect(Transfer.class);
        broker.store.hold();
        peer.send(0, disposition(0, 2, false, Accepted.getInstance()));
        peer.expectSilence(200);
        broker.store.release();
        Disposition answer = peer.expect(Disposition.class);
        assertEquals(Role.SENDER, answer.getRole());
        assertTrue(answer.getSettled());
        assertEquals(0, answer.getFirst().intValue());
        assertEquals(2, answer.getLast().intValue());
        assertInstanceOf(Accepted.class, answer.getState());
    }

    @Test
    void aDispositionOverAllIdsMeetsOnlyWhatIsThere() throws Exception {
        fill("q", 3);
        peer.attachReceiver(0, "q", 3);
        for (int i = 0; i < 3; i++) peer.expect(Transfer.class);
        for (int i = 0; i < 1000; i++) peer.send(0, disposition(3, Integer.MAX_VALUE, true, Accepted.getInstance()));
        assertEquals(3, status("q").unsettled());
        peer.send(0, disposition(0, Integer.MAX_VALUE, true, Accepted.getInstance()));
        ListeningBroker.await(() -> status("q").unsettled() == 0);
        peer.send(0, disposition(0, -1, true, Accepted.getInstance()));
        peer.begin(5);
    }

    @Test
    void allFourOutcomesDoWhatTheySay() throws Exception {
        fill("q", 4);
        peer.attachReceiver(0, "q", 4);
        for (int i = 0; i < 4; i++) peer.expect(Transfer.class);
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        peer.send(0, disposition(0, 0, true, Accepted.getInstance()));
        peer.send(0, disposition(1, 1, true, new Rejected()));
        peer.send(0, disposition(2, 2, true, Released.getInstance()));
        peer.send(0, disposition(3, 3, true, failed));
        ListeningBroker.await(() -> ready("q") == 2);
        peer.send(0, TestPeer.flow(0, 4, 2));
        peer.expect(Transfer.class);
        assertEquals("m2", peer.text());
        assertEquals(0, deliveryCount());
        peer.expect(Transfer.class);
        assertEquals("m3", peer.text());
        assertEquals(1, deliveryCount());
    }

    private long deliveryCount() throws Exception {
        Object header = PerformativeCodec.ofThread().decode(peer.payload, 0, peer.payload.length);
        UnsignedInteger count = ((org.apache.qpid.proton.amqp.messaging.Header) header).getDeliveryCount();
        return count == null ? 0 : count.longValue();
    }

    private static Modified adding(Map<Symbol, Object> annotations) {
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        modified.setMessageAnnotations(annotations);
        return modified;
    }

    private Map<Symbol, Object> annotations() throws Exception {
        Map<Symbol, Object> found = new HashMap<>();
        AmqpMessages.forEachSection(peer.payload, 0, peer.payload.length, (code, from, valueFrom, to) -> {
            if (code != AmqpMessages.MESSAGE_ANNOTATIONS) return;
            Object section = PerformativeCodec.ofThread().decode(peer.payload, from, to);
            found.putAll(((MessageAnnotations) section).getValue());
        });
        return found;
    }

    /** AMQP 1.0 §3.4.5: they are combined with those that the message has. */
    @Clause("AMQP-3.4.5-3")
    @Test
    void annotationsOfAModifiedMessageComeWithItsNextDelivery() throws Exception {
        Symbol mine = Symbol.valueOf("x-opt-mine");
        Symbol why = Symbol.valueOf("x-opt-why");
        peer.attachSender(1, "q");
        ByteBuf message = Unpooled.buffer();
        ByteBufSink sink = new ByteBufSink(message);
        PerformativeCodec.ofThread().encode(new MessageAnnotations(Map.of(mine, "m", why, "none")), sink);
        PerformativeCodec.ofThread().encode(new AmqpValue("text"), sink);
        peer.send(0, TestPeer.transfer(1, 0), Arrays.copyOf(message.array(), message.writerIndex()));
        peer.expect(Disposition.class);
        peer.attachReceiver(0, "q", 10);
        peer.expect(Transfer.class);
        peer.send(0, disposition(0, 0, true, adding(Map.of(why, "slow"))));
        peer.expect(Transfer.class);
        assertEquals(Map.of(mine, "m", why, "slow"), annotations());
        assertEquals("text", peer.text());
        peer.send(0, disposition(1, 1, true, adding(Map.of(Symbol.valueOf("x-opt-more"), 1))));
        peer.expect(Transfer.class);
        assertEquals(Map.of(mine, "m", why, "slow", Symbol.valueOf("x-opt-more"), 1), annotations());
        peer.send(0, disposition(2, 2, true, adding(Map.of(why, "y".repeat(2000)))));
        assertEquals(
                AmqpError.RESOURCE_LIMIT_EXCEEDED,
                peer.expect(End.class).getError().getCondition());
    }

    @Clause("AMQP-2.7.5-3")
    @Test
    void preSettledDeliveriesAreGoneWhenSent() throws Exception {
        fill("q", 2);
        Attach attach = TestPeer.receiver("r", 0, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        peer.send(0, attach);
        assertEquals(SenderSettleMode.SETTLED, peer.expect(Attach.class).getSndSettleMode());
        peer.send(0, TestPeer.flow(0, 0, 10));
        for (int i = 0; i < 2; i++) assertTrue(peer.expect(Transfer.class).getSettled());
        ListeningBroker.await(() -> broker.store.storedMessages() == 0);
    }

    @Test
    void whatAPeerThatWantsItSettledDoesNotTakeIsCounted() throws Exception {
        fill("q", 1);
        Attach attach = TestPeer.receiver("r", 0, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        attach.setMaxMessageSize(UnsignedLong.valueOf(1));
        peer.send(0, attach);
        peer.expect(Attach.class);
        peer.send(0, TestPeer.flow(0, 0, 10));
        ListeningBroker.await(() -> broker.listener.counters().droppedTooLarge.sum() == 1);
        peer.expectSilence(50);
    }

    @Test
    void drainUsesCreditUpAtOnce() throws Exception {
        fill("q", 2);
        peer.attachReceiver(0, "q", 0);
        Flow flow = TestPeer.flow(0, 0, 10);
        flow.setDrain(true);
        peer.send(0, flow);
        peer.expect(Transfer.class);
        peer.expect(Transfer.class);
        Flow answer = peer.expect(Flow.class);
        assertEquals(10, answer.getDeliveryCount().intValue());
        assertEquals(0, answer.getLinkCredit().intValue());
        assertTrue(answer.getDrain());
        fill("q", 1);
        peer.expectSilence(100);
        peer.send(0, TestPeer.flow(0, 10, 1));
        peer.expect(Transfer.class);
    }

    @Clause({"AMQP-2.5.6-1", "AMQP-2.6.7-5"})
    @Test
    void aDrainBehindAClosedWindowIsAnsweredAfterTheDeliveries() throws Exception {
        fill("q", 3);
        TestPeer narrow = broker.connect().open().begin(0, 1);
        narrow.send(0, TestPeer.receiver("r", 0, "q"));
        narrow.expect(Attach.class);
        Flow drain = TestPeer.flow(0, 0, 5);
        drain.setIncomingWindow(UnsignedInteger.ONE);
        drain.setDrain(true);
        narrow.send(0, drain);
        narrow.expect(Transfer.class);
        narrow.expectSilence(100);
        Flow more = TestPeer.flow(0, 1, 4);
        more.setNextIncomingId(UnsignedInteger.ONE);
        more.setDrain(true);
        narrow.send(0, more);
        narrow.expect(Transfer.class);
        narrow.expect(Transfer.class);
        assertEquals(5, narrow.expect(Flow.class).getDeliveryCount().intValue());
    }

    /** Receivers count on ids that go up one by one. */
    @Clause("AMQP-2.7.5-10")
    @Test
    void aLinkThatGoesBeforeItsDeliveriesHaveLeftLeavesNoGapInTheDeliveryIds() throws Exception {
        fill("q", 3);
        fill("p", 1);
        TestPeer narrow = broker.connect().open().begin(0, 1);
        narrow.send(0, TestPeer.receiver("r", 0, "q"));
        narrow.expect(Attach.class);
        Flow credit = TestPeer.flow(0, 0, 3);
        credit.setIncomingWindow(UnsignedInteger.ONE);
        narrow.send(0, credit);
        assertEquals(0, narrow.expect(Transfer.class).getDeliveryId().intValue());
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        narrow.send(0, detach);
        narrow.expect(Detach.class);
        assertEquals(3, ready("q"));
        narrow.send(0, TestPeer.receiver("s", 1, "p"));
        narrow.expect(Attach.class);
        Flow more = TestPeer.flow(1, 0, 1);
        more.setNextIncomingId(UnsignedInteger.ONE);
        narrow.send(0, more);
        assertEquals(1, narrow.expect(Transfer.class).getDeliveryId().intValue());
    }

    @Test
    void whatIsSettledAndHasNotLeftWhenItsLinkGoesIsCounted() throws Exception {
        fill("q", 3);
        TestPeer narrow = broker.connect().open().begin(0, 1);
        Attach attach = TestPeer.receiver("r", 0, "q");
        attach.setSndSettleMode(SenderSettleMode.SETTLED);
        narrow.send(0, attach);
        narrow.expect(Attach.class);
        Flow credit = TestPeer.flow(0, 0, 3);
        credit.setIncomingWindow(UnsignedInteger.ONE);
        narrow.send(0, credit);
        narrow.expect(Transfer.class);
        ListeningBroker.await(() -> status("q").settled() == 3);
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        narrow.send(0, detach);
        narrow.expect(Detach.class);
        ListeningBroker.await(() -> status("q").dropped() == 2);
    }

    @Test
    void echoIsAnswered() throws Exception {
        peer.attachReceiver(0, "q", 7);
        Flow echo = TestPeer.flow(0, 0, 9);
        echo.setEcho(true);
        peer.send(0, echo);
        Flow answer = peer.expect(Flow.class);
        assertEquals(9, answer.getLinkCredit().intValue());
        echo.setHandle(null);
        echo.setDeliveryCount(null);
        echo.setLinkCredit(null);
        peer.send(0, echo);
        assertNull(peer.expect(Flow.class).getHandle());
    }

    @Clause({"AMQP-2.6.14-1", "AMQP-2.7.1-1"})
    @Test
    void aMessageLargerThanAFrameIsCut() throws Exception {
        try (TestPeer producer = connect().attachSender(0, "q")) {
            producer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("y".repeat(20_000)));
            producer.expect(Disposition.class);
        }
        for (int maxFrame : new int[] {512, 4200, 9000}) {
            Open open = TestPeer.openFrame();
            open.setMaxFrameSize(UnsignedInteger.valueOf(maxFrame));
            try (TestPeer consumer = broker.connect().open(open).begin(0)) {
                consumer.attachReceiver(0, "q", 1);
                java.io.ByteArrayOutputStream whole = new java.io.ByteArrayOutputStream();
                Transfer transfer;
                do {
                    transfer = consumer.expect(Transfer.class);
                    assertEquals(0, transfer.getDeliveryId().intValue());
                    assertTrue(consumer.payload.length < maxFrame);
                    whole.write(consumer.payload);
                } while (transfer.getMore());
                consumer.payload = whole.toByteArray();
                assertEquals("y".repeat(20_000), consumer.text(), "max-frame-size " + maxFrame);
            }
            ListeningBroker.await(() -> ready("q") == 1);
        }
    }

    @Test
    void whatALostPeerHeldGoesToTheNextInOrder() throws Exception {
        fill("q", 5);
        TestPeer lost = connect().attachReceiver(0, "q", 3);
        for (int i = 0; i < 3; i++) lost.expect(Transfer.class);
        lost.close();
        peer.attachReceiver(0, "q", 10);
        for (int i = 0; i < 5; i++) {
            peer.expect(Transfer.class);
            assertEquals("m" + i, peer.text());
        }
    }

    @Clause("AMQP-3.5.3-6")
    @Test
    void theDefaultOutcomeHoldsForWhatWasNotSettled() throws Exception {
        fill("q", 1);
        Attach attach = TestPeer.receiver("r", 0, "q");
        Modified failed = new Modified();
        failed.setDeliveryFailed(true);
        ((Source) attach.getSource()).setDefaultOutcome(failed);
        peer.send(0, attach);
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertInstanceOf(Modified.class, source.getDefaultOutcome());
        assertArrayEquals(Outcomes.SYMBOLS, source.getOutcomes());
        peer.send(0, TestPeer.flow(0, 0, 1));
        peer.expect(Transfer.class);
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        detach.setClosed(true);
        peer.send(0, detach);
        peer.expect(Detach.class);
        peer.attachReceiver(1, "q", 1);
        peer.expect(Transfer.class);
        assertEquals(1, deliveryCount());
    }

    @Test
    void topicsReachEverySubscriberByFilterAndLeaveNothingBehind() throws Exception {
        peer.attachReceiver(0, "topic://home/+/temp", 10);
        peer.attachReceiver(1, "home/#", 10); // unmarked, with a wildcard: a topic
        assertEquals(2, broker.host.queues().size());
        TestPeer producer = connect().attachSender(0, "/topics/home%2Fkitchen%2Ftemp");
        producer.send(0, TestPeer.transfer(0, 0), TestPeer.durable("21"));
        assertInstanceOf(Accepted.class, producer.expect(Disposition.class).getState());
        peer.expect(Transfer.class);
        peer.expect(Transfer.class);
        peer.close();
        ListeningBroker.await(() -> broker.host.queues().isEmpty());
    }

    @Test
    void aPeerThatDoesNotWaitForItsAttachLeavesNothingBehind() throws Exception {
        broker.store.hold(); // the queue's declaration waits for its force
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ZERO);
        detach.setClosed(true);
        peer.send(0, TestPeer.receiver("r", 0, "q"))
                .send(0, TestPeer.flow(0, 0, 1))
                .send(0, detach);
        peer.expect(Attach.class);
        peer.expect(Detach.class);
        broker.store.release();
        peer.attachReceiver(0, "q", 1);
        assertEquals(1, status("q").consumers());
    }

    @Test
    void creditThatComesBeforeTheSourceIsFoundIsKept() throws Exception {
        broker.store.hold();
        peer.send(0, TestPeer.receiver("r", 0, "slow")).send(0, TestPeer.flow(0, 0, 5));
        peer.expectSilence(100);
        broker.store.release();
        peer.expect(Attach.class);
        peer.attachSender(1, "slow").send(0, TestPeer.transfer(1, 0), TestPeer.durable("m"));
        peer.expect(Transfer.class);
    }

    @Test
    void aQueueThatIsRemovedDetachesItsReceivers() throws Exception {
        peer.attachReceiver(0, "q", 1);
        // Its flow is there before the queue is removed: whatever comes after a detach with an error ends the session.
        Flow echo = TestPeer.flow(0, 0, 1);
        echo.setEcho(true);
        peer.send(0, echo);
        peer.expect(Flow.class);
        broker.onLoop(loop -> broker.host.deleteQueue(loop, "q"));
        Detach detach = peer.expect(Detach.class);
        assertEquals(AmqpError.RESOURCE_DELETED, detach.getError().getCondition());
        peer.begin(1);
    }

    @Test
    void anAnswerSaysWhatTheNodeIsAndNamesNoCapabilityThatIsNotThere() throws Exception {
        Attach ofTopic = TestPeer.receiver("t", 0, "topic://t");
        ((Source) ofTopic.getSource()).setCapabilities(Symbol.valueOf("time-travel"));
        peer.send(0, ofTopic);
        Source topic = (Source) peer.expect(Attach.class).getSource();
        assertArrayEquals(new Symbol[] {Symbol.valueOf("topic")}, topic.getCapabilities());
        Attach ofQueue = TestPeer.receiver("q", 1, "q");
        ((Source) ofQueue.getSource()).setCapabilities(Symbol.valueOf("queue"), Symbol.valueOf("shared"));
        peer.send(0, ofQueue);
        Source queue = (Source) peer.expect(Attach.class).getSource();
        assertArrayEquals(new Symbol[] {Symbol.valueOf("queue")}, queue.getCapabilities());
        peer.send(0, TestPeer.receiver("e", 2, "/exchanges/amq.direct/key"));
        Source exchange = (Source) peer.expect(Attach.class).getSource();
        assertEquals(0, exchange.getCapabilities() == null ? 0 : exchange.getCapabilities().length);
        peer.send(0, TestPeer.sender("s", 3, "q"));
        Target target = (Target) peer.expect(Attach.class).getTarget();
        assertArrayEquals(new Symbol[] {Symbol.valueOf("queue")}, target.getCapabilities());
    }

    @Test
    void aSlowPeerHoldsUpNobodyElseAndGetsEverythingInTheEnd() throws Exception {
        int messages = 3000;
        try (TestPeer producer = connect().attachSender(0, "big")) {
            byte[] message = TestPeer.durable("z".repeat(2000));
            producer.sendSettled(0, messages, i -> message);
            ListeningBroker.await(() -> status("big").ready() == messages);
        }
        Flow wide = TestPeer.flow(0, 0, messages);
        wide.setIncomingWindow(UnsignedInteger.valueOf(100_000));
        peer.attachReceiver(0, "big", 0).send(0, wide); // and does not read
        TestPeer other = connect().attachSender(0, "q");
        other.send(0, TestPeer.transfer(0, 0), TestPeer.durable("quick"));
        assertInstanceOf(Accepted.class, other.expect(Disposition.class).getState());
        for (int i = 0; i < messages; i++)
            assertEquals(i, peer.expect(Transfer.class).getDeliveryId().intValue());
        assertEquals(messages, status("big").unsettled());
    }
}
