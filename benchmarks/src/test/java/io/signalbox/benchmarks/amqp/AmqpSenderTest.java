package io.signalbox.benchmarks.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AmqpSenderTest {

    /** Size, doff, type, channel; then descriptor, list, and the handle behind its constructor. */
    private static final int HANDLE_AT = 8 + 3 + 3 + 1;

    private final Trouble trouble = new Trouble();
    private final AmqpPeer peer = new AmqpPeer(
            BrokerUrl.parse("amqp://127.0.0.1"),
            "c",
            new Flow(new DefaultEventLoop(), trouble, Plan.throughput(1, 1)),
            trouble);
    private final EmbeddedChannel channel = new EmbeddedChannel(peer);
    private final AmqpSender sender = AmqpSender.source(peer, List.of("a", "b", "c"), DeliveryKind.SETTLED, 20);

    /** The broker's handles are 10, 11 and 12; each link gets so much credit. */
    private void attach(int... credit) {
        sender.begin(1000);
        String[] names = {"to a", "to b", "to c"};
        for (int i = 0; i < names.length; i++) sender.onAttached(names[i], 10 + i);
        for (int i = 0; i < credit.length; i++) sender.onCredit(10 + i, 0, credit[i]);
    }

    @Test
    void linksHaveTheirMessagesInTurn() {
        ((ByteBuf) channel.readOutbound()).release(); // SASL
        attach(5, 5, 5);
        peer.flush();
        ((ByteBuf) channel.readOutbound()).release(); // attach
        for (int i = 0; i < 4; i++) sender.send(i, 0);
        sender.flush();
        ByteBuf out = channel.readOutbound();
        List<Integer> handles = new ArrayList<>();
        for (int at = 0; at < out.writerIndex(); at += out.getInt(at)) handles.add(out.getInt(at + HANDLE_AT));
        out.release();
        assertEquals(List.of(0, 1, 2, 0), handles);
    }

    @Test
    void thereIsRoomUntilTheNextLinkHasNoCredit() {
        attach(2, 1);
        assertFalse(sender.attached().isDone());
        assertEquals(2, sender.room());
        sender.onCredit(12, 0, 7);
        assertTrue(sender.attached().isDone());
        assertEquals(4, sender.room()); // a, b, c, a, and b has none
        sender.send(0, 0);
        assertEquals(3, sender.room());
        sender.onCredit(99, 0, 50);
        assertEquals(3, sender.room());
    }
}
