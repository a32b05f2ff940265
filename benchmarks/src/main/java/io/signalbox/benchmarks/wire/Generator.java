package io.signalbox.benchmarks.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one event loop that all connections of the generator share: what they count needs no lock, and its CPU share says how
 * near the generator is to its own limit. Opened and used by one thread.
 */
public final class Generator implements AutoCloseable {

    private static final int READ_BYTES = 128 << 10;
    private static final int ANSWER_SECONDS = 15;

    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends SocketChannel> channelType;
    private final long threadId;

    public Generator() {
        boolean epoll = Epoll.isAvailable();
        group = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("generator", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        threadId = call(() -> Thread.currentThread().getId());
    }

    public EventLoop loop() {
        return (EventLoop) group.iterator().next();
    }

    public Bootstrap bootstrap(ChannelHandler handler) {
        return new Bootstrap()
                .group(group)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(handler);
    }

    /**
     * Opens a connection and waits until it is there.
     *
     * @throws IOException if the peer cannot be reached
     */
    public void connect(SocketAddress peer, ChannelHandler handler) throws IOException {
        await(bootstrap(handler).connect(peer), peer);
    }

    /**
     * Opens one of many connections and waits until it is there.
     *
     * @param number of the connection, 0 or more
     * @throws IOException if the peer cannot be reached
     */
    public void connect(InetSocketAddress peer, ChannelHandler handler, long number) throws IOException {
        await(bootstrap(handler).connect(peer, LocalAddress.of(peer, number)), peer);
    }

    private static void await(ChannelFuture begun, SocketAddress peer) throws IOException {
        var connecting = begun.awaitUninterruptibly();
        if (connecting.isSuccess()) return;
        throw new IOException(
                "Nobody answers at " + text(peer) + ": " + connecting.cause().getMessage());
    }

    private static String text(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet ? inet.getHostString() + ":" + inet.getPort() : peer.toString();
    }

    /** Runs something on the loop and waits for what it returns. */
    public <T> T call(Callable<T> work) {
        try {
            return group.submit(work).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The run was stopped.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("The generator's loop is stuck for " + ANSWER_SECONDS + " s.", e);
        }
    }

    /** Runs something on the loop and waits for its end. */
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    /** CPU time that the loop has used. */
    public long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(threadId);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
