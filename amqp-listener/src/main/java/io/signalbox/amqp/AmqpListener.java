package io.signalbox.amqp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.signalbox.broker.Broker;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.security.Authenticator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;

/**
 * Lets AMQP 1.0 peers in: binds an address, hands each accepted socket its handler, and sends everybody home when the
 * broker stops. Started and closed by one thread; what connections ask of it is immutable or thread-safe.
 */
public final class AmqpListener {

    /** A peer may send to a target without an address (Anonymous Terminus for Message Routing 1.0). */
    private static final Symbol ANONYMOUS_RELAY = Symbol.valueOf("ANONYMOUS-RELAY");

    /** A receiver may share its subscription (JMS 2.0, as Qpid JMS asks for it). */
    private static final Symbol SHARED_SUBS = Symbol.valueOf("SHARED-SUBS");

    /** Tells a client that a close follows, so that it does not begin to work. */
    private static final Symbol ESTABLISHMENT_FAILED = Symbol.valueOf("amqp:connection-establishment-failed");

    private static final String VIRTUAL_HOST_PREFIX = "vhost:";

    /** Bytes on their way to one socket below and above which its deliveries go on and pause. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 512 << 10);

    private final Broker broker;
    private final VirtualHost host;
    private final Authenticator authenticator;
    private final AmqpSettings settings;
    private final NamedSubscriptions subscriptions;
    private final DynamicNodes nodes;
    private final ContainerIds containers = new ContainerIds();
    private final AmqpCounters counters = new AmqpCounters();
    private final Throttle complaints = new Throttle();
    private final Throttle refusedLogins = new Throttle();
    private final Map<Channel, AmqpConnection> connections = new ConcurrentHashMap<>();
    private volatile boolean closing;
    private @Nullable Channel server;

    /** A listener for clients of one virtual host; not yet bound. */
    public AmqpListener(Broker broker, VirtualHost host, Authenticator authenticator, AmqpSettings settings) {
        this.broker = broker;
        this.host = host;
        this.subscriptions = new NamedSubscriptions(host);
        this.nodes = new DynamicNodes(host);
        this.authenticator = authenticator;
        this.settings = settings;
        broker.onStoreFailure(() -> closeConnections(Refusal.ofConnection(
                AmqpError.INTERNAL_ERROR, "the broker's store has failed; nothing more is taken or confirmed")));
    }

    /**
     * Binds and accepts from now on.
     *
     * @param loops the event loops that the broker was opened with
     * @param channelType what kind of server socket these loops take
     * @param reads how much of a connection is read before its loop turns to the next
     * @param edge makes the handler that stands between each socket and this protocol
     * @return the address that is bound, with the port the system chose if {@code address} has port 0
     * @throws IOException if the address cannot be bound
     */
    public InetSocketAddress start(
            EventLoopGroup loops,
            Class<? extends ServerChannel> channelType,
            InetSocketAddress address,
            RecvByteBufAllocator reads,
            Supplier<? extends ChannelHandler> edge)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(channelType)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true) // AMQP 1.0 §2.4.5
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(edge.get(), newHandler());
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess())
            throw new IOException(
                    "cannot bind " + address + ": " + bound.cause().getMessage(), bound.cause());
        server = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** A handler for one channel that somebody else has accepted; its event loop is one of the broker's. */
    public ChannelHandler newHandler() {
        return new AmqpHandler(this);
    }

    /**
     * Accepts nobody any more and closes every connection with {@code amqp:connection:forced}.
     *
     * @return completes when all are gone, which takes a few seconds at most
     */
    public CompletionStage<Void> close() {
        closing = true;
        if (server != null) server.close().awaitUninterruptibly();
        CompletableFuture<?>[] gone = connections.keySet().stream()
                .map(channel -> {
                    CompletableFuture<Void> closed = new CompletableFuture<>();
                    channel.closeFuture().addListener(future -> closed.complete(null));
                    return closed;
                })
                .toArray(CompletableFuture[]::new);
        closeConnections(stopping());
        return CompletableFuture.allOf(gone);
    }

    /** What this listener has counted. */
    public AmqpCounters counters() {
        return counters;
    }

    /** How many peers are connected. */
    public int connectionCount() {
        return connections.size();
    }

    /**
     * Sends away whoever is not let in any more, since users have changed.
     *
     * @return completes when each connection has been looked at
     */
    public CompletionStage<Void> recheckIdentities() {
        return CompletableFuture.allOf(connections.entrySet().stream()
                .map(entry -> CompletableFuture.runAsync(
                        () -> entry.getValue().opening().recheckIdentity(),
                        entry.getKey().eventLoop()))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Connections whose peer has proved to be this user. */
    public int connectionsOf(String user) {
        return (int) connections.values().stream()
                .flatMap(connection -> connection.opening().identity().stream())
                .filter(identity -> identity.owner().equals(user))
                .count();
    }

    private static Refusal stopping() {
        return Refusal.ofConnection(ConnectionError.CONNECTION_FORCED, "the broker is stopping");
    }

    private void closeConnections(Refusal reason) {
        connections.forEach((channel, connection) -> channel.eventLoop().execute(() -> connection.fail(reason)));
    }

    // ---- what connections ask; any event loop

    void opened(Channel channel, AmqpConnection connection) {
        counters.connections.increment();
        connections.put(channel, connection);
        channel.closeFuture().addListener(future -> connections.remove(channel));
        if (closing) connection.fail(stopping()); // it was accepted while the listener closed
    }

    /** Whether a peer is let in. */
    enum Admitted {
        YES,
        NO
    }

    /** The open that every peer gets. */
    Open open(Admitted admitted) {
        Open open = new Open();
        open.setContainerId(settings.containerId());
        open.setMaxFrameSize(UnsignedInteger.valueOf(settings.limits().maxFrameBytes()));
        open.setChannelMax(UnsignedShort.valueOf((short) (settings.limits().maxSessions() - 1)));
        // AMQP 1.0 §2.4.5: "each peer SHOULD advertise half of its actual timeout"
        if (settings.idleTimeoutMillis() > 0)
            open.setIdleTimeOut(UnsignedInteger.valueOf(settings.idleTimeoutMillis() / 2));
        Map<Symbol, Object> properties = new LinkedHashMap<>();
        properties.put(Symbol.valueOf("product"), "Signalbox");
        properties.put(Symbol.valueOf("version"), settings.productVersion());
        properties.put(Symbol.valueOf("platform"), "Java " + Runtime.version().feature());
        if (admitted == Admitted.NO) properties.put(ESTABLISHMENT_FAILED, true);
        open.setProperties(properties);
        open.setOfferedCapabilities(ANONYMOUS_RELAY, SHARED_SUBS, ContainerIds.SOLE_CONNECTION);
        return open;
    }

    /** Lets a peer in that has said who it is, or refuses it. */
    void admit(Open open, ContainerIds.Member member) throws Refusal {
        checkVirtualHost(open.getHostname());
        containers.enter(open, member);
    }

    /** A peer may name the virtual host it wants as {@code vhost:<name>}; any other host name is that of the machine. */
    private void checkVirtualHost(@Nullable String hostname) throws Refusal {
        if (hostname == null || !hostname.startsWith(VIRTUAL_HOST_PREFIX)) return;
        String wanted = hostname.substring(VIRTUAL_HOST_PREFIX.length());
        if (!wanted.equals(host.name())) {
            throw Refusal.ofConnection(AmqpError.NOT_FOUND, "there is no virtual host " + wanted + " here");
        }
    }

    AmqpSettings settings() {
        return settings;
    }

    /** Lets through what of peers' mistakes is told in the log. */
    Throttle complaints() {
        return complaints;
    }

    /** Lets through what of refused logins is told in the log. */
    Throttle refusedLogins() {
        return refusedLogins;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    Broker broker() {
        return broker;
    }

    VirtualHost host() {
        return host;
    }

    DynamicNodes nodes() {
        return nodes;
    }

    NamedSubscriptions subscriptions() {
        return subscriptions;
    }

    /** The member has gone, or is not let do anything any more. */
    void leave(String containerId, ContainerIds.Member member) {
        containers.leave(containerId, member);
    }

    InstantSource clock() {
        return broker.clock();
    }

    /** The largest message a link takes, in bytes. */
    long maxMessageBytes() {
        return settings.limits().maxMessageBytes();
    }
}
