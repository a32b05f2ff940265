package io.signalbox.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.signalbox.broker.concurrent.BusyWaits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The event loops of a broker, one per core, on epoll where the system has it, and what opens ports on them. Opened and
 * closed by the thread that runs the node; thread-safe between.
 */
public final class Transport implements AutoCloseable {

    private static final int ACCEPT_BACKLOG = 1024;
    private static final String ALLOCATOR = "io.netty.allocator.type";
    private static final String HEAP_ARENAS = "io.netty.allocator.numHeapArenas";
    private static final String UNFILLED = "io.netty.tryReflectionSetAccessible";
    private static final String LEAKS = "io.netty.leakDetection.level";

    private final boolean epoll;
    private final EventLoopGroup group;
    private final RecvByteBufAllocator reads = new FairReads(System::nanoTime);
    private final LongAdder longTurns = new LongAdder();
    private final List<LoopTurns> turns = new CopyOnWriteArrayList<>();

    private Transport(boolean epoll, int loops, BusyWaits busyWaits) {
        this.epoll = epoll;
        this.group = new MultiThreadIoEventLoopGroup(
                loops,
                new ThreadPerTaskExecutor(new DefaultThreadFactory("signalbox-loop", true)),
                all -> new PairedLoops(all, System::nanoTime),
                TimedIoHandler.around(
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory(),
                        this::timed,
                        busyWaits,
                        System::nanoTime));
    }

    private LoopTurns timed() {
        LoopTurns ofLoop = new LoopTurns(longTurns, System.nanoTime());
        turns.add(ofLoop);
        return ofLoop;
    }

    /**
     * As many loops as the machine has cores.
     *
     * @param busyWaits whether they look for what comes before they sleep
     */
    public static Transport open(BusyWaits busyWaits) {
        // Netty's default changes between its versions; this one is known to give memory back. Read at netty's first
        // use.
        if (System.getProperty(ALLOCATOR) == null) System.setProperty(ALLOCATOR, "pooled");
        // What goes to a socket lies outside the heap; for the few small buffers within it a pool keeps 4 MiB a loop.
        if (System.getProperty(HEAP_ARENAS) == null) System.setProperty(HEAP_ARENAS, "0");
        // Buffers outside the heap that are not filled with zeros first; the jar's manifest opens what it takes.
        if (System.getProperty(UNFILLED) == null) System.setProperty(UNFILLED, "true");
        // Netty records the stack of each 128th buffer to tell of those that nobody released: 3 to 25 % of all CPU.
        // Tests do it.
        if (System.getProperty(LEAKS) == null) System.setProperty(LEAKS, "disabled");
        return new Transport(Epoll.isAvailable(), Runtime.getRuntime().availableProcessors(), busyWaits);
    }

    /** How sockets are watched, for the operator. */
    public String name() {
        return epoll ? "epoll" : "nio";
    }

    /** Turns of {@link LoopTurns#LONG_NANOS} or more, of all loops since the start. */
    public LongAdder longTurns() {
        return longTurns;
    }

    /** The longest turn of any loop in the last one to two minutes, in nanoseconds. */
    public long longestTurnNanos() {
        return turns.stream().mapToLong(LoopTurns::longestNanos).max().orElse(0);
    }

    public EventLoopGroup group() {
        return group;
    }

    /** Every loop, each running one task at a time. */
    public List<Executor> loops() {
        List<Executor> loops = new ArrayList<>();
        for (EventExecutor loop : group) loops.add(loop);
        return loops;
    }

    /** The channel class for TCP ports, for those who open their ports themselves. */
    public Class<? extends ServerChannel> serverChannel() {
        return epoll ? EpollPort.class : NioServerSocketChannel.class;
    }

    /** How much of each connection is read at a time, for those who open their ports themselves. */
    public RecvByteBufAllocator reads() {
        return reads;
    }

    /**
     * Opens a TCP port.
     *
     * @throws IOException if the port cannot be opened; the message is the system's
     */
    public Channel listen(String host, int port, ChannelHandler child) throws IOException {
        return bind(bootstrap(child).channel(serverChannel()), new InetSocketAddress(host, port));
    }

    /** Opens a Unix socket; a file of that name must not exist. */
    public Channel listen(Path socket, ChannelHandler child) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).childHandler(child);
        if (epoll) {
            bootstrap.channel(EpollServerDomainSocketChannel.class);
            return bind(bootstrap, new io.netty.channel.unix.DomainSocketAddress(socket.toFile()));
        }
        bootstrap.channel(NioServerDomainSocketChannel.class);
        return bind(bootstrap, UnixDomainSocketAddress.of(socket));
    }

    private ServerBootstrap bootstrap(ChannelHandler child) {
        return new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .childHandler(child);
    }

    private static Channel bind(ServerBootstrap bootstrap, SocketAddress address) throws IOException {
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (bound.isSuccess()) return bound.channel();
        throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
