package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.signalbox.broker.concurrent.BusyWaits;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class PairedLoopsTest {

    private final EventExecutor[] all = {new DefaultEventLoop(), new DefaultEventLoop(), new DefaultEventLoop()};
    private long now = -7;
    private final PairedLoops loops = new PairedLoops(all, () -> now);

    @Test
    void twoThatComeTogetherShareALoopAndTheThirdDoesNot() {
        EventExecutor first = loops.next();
        now += PairedLoops.TOGETHER_NANOS - 1;
        assertSame(first, loops.next());
        assertNotSame(first, loops.next());
    }

    @Test
    void oneThatComesLaterGetsTheNextLoop() {
        EventExecutor first = loops.next();
        now += PairedLoops.TOGETHER_NANOS;
        EventExecutor second = loops.next();
        assertNotSame(first, second);
        assertSame(second, loops.next());
    }

    @Test
    void aPublisherAndItsSubscriberShareALoopOfTheTransport() throws Exception {
        try (Transport transport = Transport.open(BusyWaits.NONE)) {
            BlockingQueue<EventLoop> given = new LinkedBlockingQueue<>();
            Channel port = transport.listen("127.0.0.1", 0, new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    given.add(channel.eventLoop());
                }
            });
            int number = ((InetSocketAddress) port.localAddress()).getPort();
            List<EventLoop> ofSockets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                try (Socket socket = new Socket("127.0.0.1", number)) {
                    assertTrue(socket.isConnected());
                    ofSockets.add(given.take());
                }
            }
            // The first shares with the port, which was there a moment before.
            assertSame(ofSockets.get(1), ofSockets.get(2));
        }
    }

    @Test
    void manyAreSpreadEvenly() {
        Map<EventExecutor, Integer> counts = new HashMap<>();
        for (int i = 0; i < 600; i++) counts.merge(loops.next(), 1, Integer::sum);
        for (EventExecutor loop : all) assertEquals(200, counts.get(loop));
    }
}
