package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.signalbox.broker.concurrent.BusyWaits;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A peer that has said much and left before it was heard. */
class LastWordsTest {

    private static final int MUCH = 60 << 10; // fits into the socket's buffers, and is many reads

    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Reads nothing before the peer has left. On the loop until {@link #closed}. */
    private final class Listening extends ChannelInboundHandlerAdapter {
        private int bytes;
        private int readsOfTurn;
        private int mostReads;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws InterruptedException {
            left.await();
            ByteBuf read = (ByteBuf) message;
            bytes += read.readableBytes();
            read.release();
            readsOfTurn++;
            mostReads = Math.max(mostReads, readsOfTurn);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            readsOfTurn = 0;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed.countDown();
        }
    }

    @Test
    void areReadOnceATurnAndToTheEnd() throws Exception {
        Listening listening = new Listening();
        try (Transport transport = Transport.open(BusyWaits.NONE)) {
            Channel port = transport.listen("127.0.0.1", 0, listening);
            try (Socket socket = new Socket("127.0.0.1", ((InetSocketAddress) port.localAddress()).getPort())) {
                socket.getOutputStream().write(new byte[MUCH]);
            }
            left.countDown();
            assertTrue(closed.await(20, TimeUnit.SECONDS));
        }
        assertEquals(MUCH, listening.bytes);
        assertEquals(1, listening.mostReads);
    }
}
