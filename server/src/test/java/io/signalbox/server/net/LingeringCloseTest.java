package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.signalbox.broker.concurrent.BusyWaits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A protocol that says why it leaves while the peer still talks. */
class LingeringCloseTest {

    private static final byte[] FAREWELL = "you talk too much".getBytes(StandardCharsets.US_ASCII);

    private final Transport transport = Transport.open(BusyWaits.NONE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private Channel port;

    /** Leaves at the first bytes and leaves the rest unread. */
    private static final class Leaving extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ReferenceCountUtil.release(bytes);
            context.channel().config().setAutoRead(false);
            context.writeAndFlush(Unpooled.wrappedBuffer(FAREWELL)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        port = transport.listen("127.0.0.1", 0, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.closeFuture().addListener(future -> closed.countDown());
                channel.pipeline().addLast(new LingeringClose(), new Leaving());
            }
        });
    }

    @AfterEach
    void close() {
        port.close().awaitUninterruptibly();
        transport.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", ((InetSocketAddress) port.localAddress()).getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void theLastWordsReachAPeerThatHasMuchUnderWay() throws Exception {
        try (Socket socket = connect()) {
            byte[] much = new byte[256 << 10]; // more than is read at once
            socket.getOutputStream().write(much);
            assertArrayEquals(FAREWELL, socket.getInputStream().readNBytes(FAREWELL.length));
            assertEquals(-1, socket.getInputStream().read(), "an end, and no reset");
        }
        assertTrue(closed.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aPeerThatDoesNotLeaveIsClosedSoon() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(1);
            assertArrayEquals(FAREWELL, socket.getInputStream().readNBytes(FAREWELL.length));
            assertTrue(closed.await(20, TimeUnit.SECONDS));
        }
    }

    /** Or those who come and go would be held for as long as those who stay. */
    @Test
    void whenThePeerLeavesNothingWaitsForItAnyMore() {
        EmbeddedSocket socket = new EmbeddedSocket();
        socket.pipeline().addLast(new LingeringClose());
        socket.pipeline().close();
        assertTrue(socket.runScheduledPendingTasks() > 0, "it lingers");
        socket.pipeline().firstContext().close(); // as the channel does when it reads the end
        assertFalse(socket.isOpen());
        assertEquals(-1, socket.runScheduledPendingTasks());
    }

    /** A socket without a system behind it, whose loop shows what is scheduled. */
    private static final class EmbeddedSocket extends EmbeddedChannel implements DuplexChannel {
        private boolean outputShutdown;

        @Override
        public boolean isInputShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdownInput() {
            return shutdownInput(newPromise());
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            return promise.setFailure(new UnsupportedOperationException());
        }

        @Override
        public boolean isOutputShutdown() {
            return outputShutdown;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return shutdownOutput(newPromise());
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            outputShutdown = true;
            return promise.setSuccess();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdown() {
            return shutdown(newPromise());
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            return shutdownInput(promise);
        }
    }
}
