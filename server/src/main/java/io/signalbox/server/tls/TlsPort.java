package io.signalbox.server.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.server.net.LingeringClose;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks TLS and hands each connection on when its handshake is over: until then the protocol behind it knows
 * nothing of it. As a handshake takes memory of a peer that nobody knows, only so many run at once; beyond, connections
 * wait in the system's queue, and those in their handshake have a second left. Thread-safe.
 */
public final class TlsPort implements AutoCloseable {

    /** How long a handshake may go on once others wait for it. */
    private static final long CROWDED_MILLIS = 1000;

    private final String name;
    private final TlsServer server;
    private final Consumer<ChannelPipeline> attach;
    private final AtomicInteger handshaking = new AtomicInteger();
    private final ChannelGroup beginners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicBoolean crowded = new AtomicBoolean();
    private final Throttle complaints = new Throttle();
    private volatile @Nullable Channel port;
    private volatile boolean closed;

    private TlsPort(String name, TlsServer server, Consumer<ChannelPipeline> attach) {
        this.name = name;
        this.server = server;
        this.attach = attach;
    }

    /**
     * Opens a port.
     *
     * @param name of the protocol behind it, for the log
     * @param attach adds the protocol's handlers to a connection whose handshake is over; on the connection's event loop
     * @throws IOException if the port cannot be opened; the message is the system's
     */
    public static TlsPort open(
            Transport transport,
            InetSocketAddress address,
            String name,
            TlsServer server,
            Consumer<ChannelPipeline> attach)
            throws IOException {
        TlsPort opened = new TlsPort(name, server, attach);
        opened.port = transport.listen(address.getHostString(), address.getPort(), opened.new Beginning());
        return opened;
    }

    /** The port's address; its number is the actual one. */
    public InetSocketAddress address() {
        return (InetSocketAddress) port().localAddress();
    }

    Channel port() {
        Channel open = port;
        if (open == null) throw new IllegalStateException("the port is not open yet");
        return open;
    }

    /** How many handshakes run now. */
    int handshaking() {
        return handshaking.get();
    }

    String name() {
        return name;
    }

    TlsServer server() {
        return server;
    }

    Throttle complaints() {
        return complaints;
    }

    /** A connection has been accepted. */
    private final class Beginning extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            beginners.add(channel);
            if (closed) {
                channel.close(); // it was accepted while the port closed
                return;
            }
            if (handshaking.incrementAndGet() >= server.handshakesAtOnce()) {
                accepting(false);
                if (crowded.compareAndSet(false, true)) hurry(channel.eventLoop());
            }
            channel.pipeline()
                    .addLast(new LingeringClose())
                    .addLast(server.newHandler(channel.alloc()))
                    .addLast(new TlsEntry(TlsPort.this));
        }
    }

    /** Whoever is in the handshake now and does not end it soon makes room: a silent peer costs the others a second. */
    private void hurry(EventLoop loop) {
        List<Channel> present = List.copyOf(beginners);
        loop.schedule(
                () -> {
                    crowded.set(false);
                    for (Channel channel : present) {
                        ChannelHandlerContext first = channel.pipeline().firstContext();
                        if (beginners.contains(channel) && first != null) first.close(); // at once, without a word
                    }
                    if (handshaking.get() < server.handshakesAtOnce()) {
                        accepting(true);
                    } else if (crowded.compareAndSet(false, true)) {
                        hurry(loop); // others had been accepted already when those were counted
                    }
                },
                CROWDED_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** A handshake is over: the connection is the protocol's now. */
    void welcome(ChannelPipeline pipeline) {
        beginners.remove(pipeline.channel());
        server.handshakes().increment();
        attach.accept(pipeline);
    }

    /** A handshake is over, or will not come to its end any more. Once for each connection. */
    void handshakeEnded() {
        if (handshaking.decrementAndGet() < server.handshakesAtOnce()) accepting(true);
    }

    private void accepting(boolean wanted) {
        Channel open = port;
        if (open != null && open.config().isAutoRead() != wanted) open.config().setAutoRead(wanted);
    }

    /** Accepts nobody any more; whoever is still in the handshake is let go. Connections that were handed on stay. */
    @Override
    public void close() {
        closed = true;
        port().close().awaitUninterruptibly();
        beginners.close();
    }
}
