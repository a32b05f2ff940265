package io.signalbox.mqtt;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.retained.RetainedLimits;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A broker in memory with an MQTT listener on a loopback port. */
final class TestServer implements AutoCloseable {

    static final Authenticator EVERYBODY =
            credentials -> CompletableFuture.completedFuture(new Verdict.Welcome(Identity.ANONYMOUS));

    /** Only where the server was started on it. */
    final MemoryStore store;

    final AtomicLong clockMillis;
    final MultiThreadIoEventLoopGroup loops;
    final Broker broker;
    final MqttListener listener;
    private final InetSocketAddress address;
    private final List<TestClient> clients = new ArrayList<>();

    TestServer(MessageStore store, Authenticator authenticator, MqttSettings settings) throws Exception {
        this(store, authenticator, settings, RetainedLimits.DEFAULT, 1_000_000_000_000L, 2);
    }

    private TestServer(
            MessageStore anyStore,
            Authenticator authenticator,
            MqttSettings settings,
            RetainedLimits retained,
            long nowMillis,
            int loopCount)
            throws Exception {
        loops = new MultiThreadIoEventLoopGroup(loopCount, NioIoHandler.newFactory());
        store = anyStore instanceof MemoryStore memory ? memory : new MemoryStore();
        this.clockMillis = new AtomicLong(nowMillis);
        List<EventExecutor> executors = new ArrayList<>();
        loops.forEach(executors::add);
        broker = Broker.open(new BrokerSettings(
                anyStore,
                executors,
                () -> Instant.ofEpochMilli(clockMillis.get()),
                (done, all) -> {},
                MessageFormats.of(MqttFormat.INSTANCE),
                retained));
        listener = new MqttListener(broker, broker.defaultVirtualHost(), authenticator, settings);
        address = listener.start(
                loops,
                NioServerSocketChannel.class,
                new InetSocketAddress("127.0.0.1", 0),
                new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1));
    }

    static TestServer start() throws Exception {
        return new TestServer(new MemoryStore(), EVERYBODY, MqttSettings.defaults());
    }

    /** So much time after all other servers. */
    static TestServer startLater(MessageStore store, long millis) throws Exception {
        return new TestServer(
                store, EVERYBODY, MqttSettings.defaults(), RetainedLimits.DEFAULT, 1_000_000_000_000L + millis, 2);
    }

    /** For what depends on who shares a loop with whom. */
    static TestServer startOnOneLoop() throws Exception {
        return new TestServer(
                new MemoryStore(), EVERYBODY, MqttSettings.defaults(), RetainedLimits.DEFAULT, 1_000_000_000_000L, 1);
    }

    static TestServer startWith(UnaryOperator<TestSettings> change) throws Exception {
        return new TestServer(
                new MemoryStore(), EVERYBODY, change.apply(new TestSettings()).build());
    }

    static TestServer startRetaining(RetainedLimits limits) throws Exception {
        return new TestServer(new MemoryStore(), EVERYBODY, MqttSettings.defaults(), limits, 1_000_000_000_000L, 2);
    }

    /** The same store in a new process, as far as the store can tell. */
    TestServer restart() throws Exception {
        close();
        return new TestServer(store, EVERYBODY, MqttSettings.defaults(), RetainedLimits.DEFAULT, clockMillis.get(), 2);
    }

    InetSocketAddress address() {
        return address;
    }

    TestClient client() throws Exception {
        TestClient client = new TestClient(address);
        clients.add(client);
        return client;
    }

    /** Waits until the listener has noticed the end of so many connections since its start. */
    void waitUntilDisconnected(int connections) throws Exception {
        waitUntil(() -> listener.counters().connectionsClosed.sum() >= connections);
    }

    void waitUntil(BooleanSupplier condition) throws Exception {
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) waitMillis(10);
        if (!condition.getAsBoolean()) throw new AssertionError("waited in vain");
    }

    /** Does something where the core wants it done, and waits for it. */
    void onLoop(Consumer<Loop> action) {
        EventLoop eventLoop = loops.next();
        eventLoop.submit(() -> action.accept(broker.loopOf(eventLoop))).syncUninterruptibly();
    }

    /** Lets real time pass on an event loop. */
    void waitMillis(long millis) throws Exception {
        loops.next().schedule(() -> {}, millis, TimeUnit.MILLISECONDS).sync();
    }

    @Override
    public void close() throws IOException, StoreException {
        for (TestClient client : clients) client.close();
        listener.close().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
        broker.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
