package io.signalbox.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.signalbox.broker.Broker;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.mqtt.codec.PacketDecoder;
import io.signalbox.mqtt.codec.ReasonCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Lets MQTT clients (3.1, 3.1.1, 5.0) into one virtual host of a broker over TCP, and over what else carries their
 * bytes. Started and closed once each, by one
 * thread; everything else happens on the event loops.
 */
public final class MqttListener {

    /** Retained topics that are looked at every second for whether they have expired. */
    private static final int SWEPT_TOPICS = 1000;

    private final Broker broker;
    private final ListenerContext context;
    private final AtomicInteger connections = new AtomicInteger();
    private final ChannelFutureListener onClosed = this::closed;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final List<Channel> servers = new ArrayList<>(1);
    private volatile IdentityHashMap<EventLoop, ListenerLoop> loops = new IdentityHashMap<>();
    private Optional<Future<?>> sweep = Optional.empty();
    private final WriteBufferWaterMark outboundMarks;
    private volatile boolean closing;

    public MqttListener(Broker broker, VirtualHost host, Authenticator authenticator, MqttSettings settings) {
        this.broker = broker;
        MqttCounters counters = new MqttCounters();
        int outboundBytes = settings.outboundBufferBytes();
        this.outboundMarks = new WriteBufferWaterMark(outboundBytes / 2, outboundBytes);
        this.context = new ListenerContext(
                host,
                authenticator,
                broker.clock(),
                settings,
                counters,
                new SessionTables(broker.store(), host.name()),
                new Retention(host.retained(), counters),
                new ReplayTable(broker.store(), host.name()),
                broker.memory(),
                new WillTable(broker.store(), host.name(), broker.clock()),
                new SessionRegistry(authenticator),
                new SharedSubscriptions(host),
                new Throttle(),
                new Throttle());
    }

    /**
     * Restores the sessions that an earlier life left, then listens.
     *
     * @param loops the event loops that the broker was opened with
     * @param channelType the server channel that fits their kind, for example {@code NioServerSocketChannel.class}
     * @param address port 0 = any free one
     * @param reads how much of a connection is read before its loop turns to the next
     * @return where it listens
     * @throws IOException if the address cannot be bound
     */
    public InetSocketAddress start(
            EventLoopGroup loops,
            Class<? extends ServerChannel> channelType,
            InetSocketAddress address,
            RecvByteBufAllocator reads)
            throws IOException {
        IdentityHashMap<EventLoop, ListenerLoop> byEventLoop = new IdentityHashMap<>();
        for (EventExecutor executor : loops) {
            EventLoop eventLoop = (EventLoop) executor;
            Loop core = broker.loopOf(eventLoop);
            byEventLoop.put(
                    eventLoop,
                    new ListenerLoop(
                            context,
                            eventLoop,
                            core,
                            new SessionJournal(broker.store(), core),
                            new SubscriptionSettings(core, SubscriptionSettings.Settlement.BY_CONSUMER, "mqtt"),
                            new BodyCache(),
                            new ReplayTurns(eventLoop),
                            new KeepAliveWheel(eventLoop, System::nanoTime),
                            PacketDecoder.toServer()));
        }
        this.loops = byEventLoop;
        SessionRecovery.restore(context, List.copyOf(byEventLoop.values()));
        sweep = Optional.of(loops.next()
                .scheduleAtFixedRate(() -> context.host().retained().sweep(SWEPT_TOPICS), 1, 1, TimeUnit.SECONDS));
        broker.onStoreFailure(() -> forEachConnection(connection ->
                connection.disconnect(ReasonCode.UNSPECIFIED_ERROR, "the store of the server has failed")));
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(channelType)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true) // small clients read packet by packet
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(newHandler(channel, Carrier.SOCKET));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) throw new IOException(bound.cause().getMessage(), bound.cause());
        servers.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /**
     * A handler for one channel that somebody else has accepted and that carries MQTT's bytes inside another protocol, which
     * closes in its own way when the channel is closed.
     *
     * @param channel its event loop is one of the broker's, and is where this is called
     */
    public ChannelHandler newHandler(Channel channel) {
        return newHandler(channel, Carrier.PROTOCOL);
    }

    private MqttConnection newHandler(Channel channel, Carrier carrier) {
        ListenerLoop loop = loops.get(channel.eventLoop());
        if (loop == null) throw new IllegalStateException("a channel on a foreign event loop");
        channel.config().setWriteBufferWaterMark(outboundMarks);
        MqttConnection connection = new MqttConnection(loop, channel, carrier);
        connections.incrementAndGet();
        channel.closeFuture().addListener(onClosed);
        if (closing) connection.shutDown(); // it was accepted while the listener closed
        return connection;
    }

    private void closed(ChannelFuture channel) {
        if (connections.decrementAndGet() == 0 && closing) gone.complete(null);
    }

    public MqttCounters counters() {
        return context.counters();
    }

    /** Sessions that exist, whether their client is connected or not. */
    public int sessions() {
        return context.registry().size();
    }

    /** Clients that are connected at this moment. */
    public int connections() {
        return connections.get();
    }

    /**
     * Sends away whoever is not let in any more, since users have changed.
     *
     * @return completes when each connection has been looked at
     */
    public CompletionStage<Void> recheckIdentities() {
        return forEachConnection(MqttConnection::recheckIdentity);
    }

    /** Connections whose client has proved to be this user. */
    public int connectionsOf(String user) {
        return context.counters().connectionsOf(user);
    }

    /** Accepts nobody any more, tells 5.0 clients that the server stops (0x8B), and completes when all have gone. */
    @SuppressWarnings("FutureReturnValueIgnored") // only that all have gone matters, not how
    public CompletionStage<Void> close() {
        closing = true;
        sweep.ifPresent(timer -> timer.cancel(false));
        for (Channel server : servers) server.close().awaitUninterruptibly();
        forEachConnection(MqttConnection::shutDown);
        if (connections.get() == 0) gone.complete(null);
        return gone;
    }

    /** Each on its loop. */
    private CompletionStage<Void> forEachConnection(Consumer<MqttConnection> action) {
        if (connections.get() == 0) return CompletableFuture.completedStage(null); // and perhaps no loop any more
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (ListenerLoop loop : loops.values()) {
            done.add(CompletableFuture.runAsync(() -> forEachConnection(loop, action), loop.eventLoop()));
        }
        return CompletableFuture.allOf(done.toArray(CompletableFuture<?>[]::new));
    }

    private static void forEachConnection(ListenerLoop loop, Consumer<MqttConnection> action) {
        for (Watched each : loop.keepAlives().all()) {
            if (each instanceof MqttConnection connection) connection.run(() -> action.accept(connection));
        }
    }
}
