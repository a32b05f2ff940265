package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** Filters and distribution modes of sources (AMQP 1.0 §3.5.3, §3.5.7, §3.5.8), as a peer sees them on the wire. */
class SourceFiltersTest extends OneSession {

    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final UnsignedLong SELECTOR_CODE = UnsignedLong.valueOf(0x468C00000004L);
    private static final UnsignedLong NO_LOCAL_CODE = UnsignedLong.valueOf(0x468C00000003L);

    private static byte[] coloured(String text, String colour) {
        ByteBuf out = Unpooled.buffer();
        out.writeBytes(new MessageHeader(true, 4, MessageHeader.NO_TTL, false, 0).encode());
        ByteBufSink sink = new ByteBufSink(out);
        PerformativeCodec.ofThread().encode(new ApplicationProperties(Map.of("colour", colour)), sink);
        PerformativeCodec.ofThread().encode(new AmqpValue(text), sink);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /** Puts m0 to m5 there, in turn red and blue. */
    private void fill(String queue) throws Exception {
        try (TestPeer producer = connect().attachSender(0, queue)) {
            producer.sendSettled(0, 6, i -> coloured("m" + i, i % 2 == 0 ? "red" : "blue"));
            ListeningBroker.await(() -> ready(queue) >= 6);
        }
    }

    private static Attach receiver(String address, Map<Symbol, Object> filters) {
        Attach attach = TestPeer.receiver("r", 0, address);
        ((Source) attach.getSource()).setFilter(filters);
        return attach;
    }

    private static Map<Symbol, Object> selector(String text) {
        return Map.of(Symbol.valueOf("jms-selector"), new UnknownDescribedType(SELECTOR, text));
    }

    private static Attach browser(String address, SenderSettleMode mode) {
        Attach attach = TestPeer.receiver("b", 0, address);
        ((Source) attach.getSource()).setDistributionMode(Symbol.valueOf("copy"));
        attach.setSndSettleMode(mode);
        return attach;
    }

    private Source attach(Attach attach) throws Exception {
        peer.send(0, attach);
        Source source = (Source) peer.expect(Attach.class).getSource();
        assertTrue(source != null, "refused");
        return source;
    }

    private List<String> texts(int count) throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peer.expect(Transfer.class);
            texts.add(peer.text());
        }
        return texts;
    }

    @Test
    void aSelectorLetsThroughWhatMatchesAndLeavesTheRestToOthers() throws Exception {
        fill("q");
        Source source = attach(receiver("q", selector("colour = 'red'")));
        assertEquals(List.of("jms-selector"), keys(source));
        peer.send(0, TestPeer.flow(0, 0, 10));
        assertEquals(List.of("m0", "m2", "m4"), texts(3));
        peer.begin(1);
        TestPeer other = connect().attachReceiver(0, "q", 10);
        for (String text : List.of("m1", "m3", "m5")) {
            other.expect(Transfer.class);
            assertEquals(text, other.text());
        }
    }

    private static List<String> keys(Source source) {
        List<String> keys = new ArrayList<>();
        for (Object key : ((Map<?, ?>) source.getFilter()).keySet()) keys.add(key.toString());
        return keys;
    }

    @Test
    void aFilterIsKnownByTheNumberOfItsDescriptorUnderAnyKey() throws Exception {
        fill("q");
        attach(receiver("q", Map.of(Symbol.valueOf("x"), new UnknownDescribedType(SELECTOR_CODE, "colour = 'blue'"))));
        peer.send(0, TestPeer.flow(0, 0, 10));
        assertEquals(List.of("m1", "m3", "m5"), texts(3));
    }

    @Test
    void severalFiltersMustAllPassAndUnknownOnesAreLeftOutOfTheAnswer() throws Exception {
        fill("q");
        Map<Symbol, Object> filters = new LinkedHashMap<>();
        filters.put(Symbol.valueOf("one"), new UnknownDescribedType(SELECTOR, "colour = 'red' OR colour = 'blue'"));
        filters.put(Symbol.valueOf("two"), new UnknownDescribedType(SELECTOR, "colour <> 'red'"));
        filters.put(Symbol.valueOf("odd"), new UnknownDescribedType(Symbol.valueOf("example:odd"), 1));
        filters.put(Symbol.valueOf("undescribed"), "colour = 'green'");
        assertEquals(List.of("one", "two"), keys(attach(receiver("q", filters))));
        peer.send(0, TestPeer.flow(0, 0, 10));
        assertEquals(List.of("m1", "m3", "m5"), texts(3));
    }

    @Test
    void aBadSelectorIsRefusedWithItsPlaceAndLeavesNothingBehind() throws Exception {
        for (String address : List.of("fresh", "topic://t")) {
            peer.send(0, receiver(address, selector("colour = ")));
            assertNull(peer.expect(Attach.class).getSource());
            Detach detach = peer.expect(Detach.class);
            assertEquals(AmqpError.INVALID_FIELD, detach.getError().getCondition());
            assertTrue(detach.getError().getDescription().contains("column 10"), detach.getError()::getDescription);
            Detach answer = new Detach();
            answer.setHandle(detach.getHandle());
            answer.setClosed(true);
            peer.send(0, answer);
        }
        assertTrue(broker.host.queues().isEmpty());
    }

    @Test
    void aTopicSubscriptionGetsWhatItsSelectorMatches() throws Exception {
        attach(receiver("topic://t", selector("colour = 'red'")));
        peer.send(0, TestPeer.flow(0, 0, 10));
        TestPeer producer = connect().attachSender(0, "topic://t");
        producer.sendSettled(0, 4, i -> coloured("m" + i, i % 2 == 0 ? "red" : "blue"));
        assertEquals(List.of("m0", "m2"), texts(2));
        peer.begin(1);
    }

    @Test
    void noLocalOnATopicLeavesOutWhatTheSameConnectionPublishes() throws Exception {
        Map<Symbol, Object> noLocal =
                Map.of(Symbol.valueOf("no-local"), new UnknownDescribedType(NO_LOCAL_CODE, List.of()));
        assertEquals(List.of("no-local"), keys(attach(receiver("topic://t", noLocal))));
        peer.send(0, TestPeer.flow(0, 0, 10));
        peer.attachSender(1, "topic://t");
        peer.sendSettled(1, 1, i -> coloured("mine", "red"));
        TestPeer other = connect().attachSender(0, "topic://t");
        other.sendSettled(0, 1, i -> coloured("theirs", "red"));
        assertEquals(List.of("theirs"), texts(1));
    }

    @Test
    void noLocalOnAQueueIsRefusedInWords() throws Exception {
        peer.send(
                0,
                receiver("q", Map.of(Symbol.valueOf("no-local"), new UnknownDescribedType(NO_LOCAL_CODE, List.of()))));
        assertNull(peer.expect(Attach.class).getSource());
        Detach detach = peer.expect(Detach.class);
        assertEquals(AmqpError.NOT_IMPLEMENTED, detach.getError().getCondition());
        assertTrue(detach.getError().getDescription().contains("no-local on a queue"));
    }

    @Test
    void aBrowserSeesAllInOrderTakesNothingAndHearsOfTheEnd() throws Exception {
        fill("q");
        Source source = attach(browser("q", SenderSettleMode.SETTLED));
        assertEquals(Symbol.valueOf("copy"), source.getDistributionMode());
        Flow drain = TestPeer.flow(0, 0, 10);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(List.of("m0", "m1", "m2", "m3", "m4", "m5"), texts(6));
        Flow drained = peer.expect(Flow.class);
        assertEquals(10, drained.getDeliveryCount().intValue());
        assertEquals(0, drained.getLinkCredit().intValue());
        assertEquals(6, ready("q"));
    }

    @Test
    void whatABrowserSettlesIsItsCopyOnly() throws Exception {
        fill("q");
        attach(browser("q", SenderSettleMode.UNSETTLED));
        peer.send(0, TestPeer.flow(0, 0, 2));
        assertEquals(List.of("m0", "m1"), texts(2));
        Disposition accepted = new Disposition();
        accepted.setRole(Role.RECEIVER);
        accepted.setFirst(org.apache.qpid.proton.amqp.UnsignedInteger.ZERO);
        accepted.setLast(org.apache.qpid.proton.amqp.UnsignedInteger.ONE);
        accepted.setState(Accepted.getInstance());
        peer.send(0, accepted);
        Disposition answer = peer.expect(Disposition.class);
        assertTrue(answer.getSettled());
        assertEquals(6, ready("q"));
        assertEquals(0, status("q").unsettled());
        assertEquals(0, status("q").staleSettlements());
    }

    @Test
    void aBrowserWithASelectorSeesWhatMatches() throws Exception {
        fill("q");
        Attach attach = browser("q", SenderSettleMode.SETTLED);
        ((Source) attach.getSource()).setFilter(selector("colour = 'blue'"));
        attach(attach);
        Flow drain = TestPeer.flow(0, 0, 10);
        drain.setDrain(true);
        peer.send(0, drain);
        assertEquals(List.of("m1", "m3", "m5"), texts(3));
        assertFalse(peer.expect(Flow.class).getLinkCredit().intValue() > 0);
    }
}
