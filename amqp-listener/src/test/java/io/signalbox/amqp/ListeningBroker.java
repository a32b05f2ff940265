package io.signalbox.amqp;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.retained.RetainedLimits;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A broker in memory with an AMQP listener on a free port of the loopback interface. User {@code ann}, password {@code pw}. */
final class ListeningBroker implements AutoCloseable {

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final List<TestPeer> peers = new ArrayList<>();
    final MemoryStore store = new MemoryStore();
    final Broker broker;
    final VirtualHost host;
    final AmqpListener listener;
    final int port;

    ListeningBroker() throws Exception {
        this(AmqpSettings.defaults("broker", "0.0"));
    }

    ListeningBroker(AmqpSettings settings) throws Exception {
        this(settings, 0);
    }

    ListeningBroker(AmqpSettings settings, int wantedPort) throws Exception {
        this(settings, wantedPort, ListeningBroker::authenticate);
    }

    ListeningBroker(AmqpSettings settings, int wantedPort, Authenticator authenticator) throws Exception {
        List<Executor> executors = new ArrayList<>();
        for (EventExecutor loop : loops) executors.add(loop);
        broker = Broker.open(new BrokerSettings(
                store,
                executors,
                InstantSource.system(),
                (done, total) -> {},
                MessageFormats.of(AmqpFormat.INSTANCE),
                RetainedLimits.DEFAULT));
        host = broker.defaultVirtualHost();
        listener = new AmqpListener(broker, host, authenticator, settings);
        InetSocketAddress wanted = new InetSocketAddress("127.0.0.1", wantedPort);
        port = listener.start(
                        loops,
                        NioServerSocketChannel.class,
                        wanted,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1),
                        ChannelInboundHandlerAdapter::new)
                .getPort();
    }

    private static CompletableFuture<Authenticator.Verdict> authenticate(Credentials credentials) {
        if (credentials instanceof Credentials.Password password) {
            boolean known = password.user().equals("ann") && Arrays.equals(password.password(), new byte[] {'p', 'w'});
            if (!known) return CompletableFuture.completedFuture(new Authenticator.Verdict.Refused("unknown user"));
            // the verdict comes from another thread, later
            return CompletableFuture.supplyAsync(() -> new Authenticator.Verdict.Welcome(Identity.unproved("ann")));
        }
        return CompletableFuture.completedFuture(new Authenticator.Verdict.Welcome(Identity.ANONYMOUS));
    }

    TestPeer connect() throws IOException {
        TestPeer peer = new TestPeer(port);
        peers.add(peer);
        return peer;
    }

    /** Runs something on one of the loops, as a listener would. */
    <T> T onLoop(java.util.function.Function<Loop, java.util.concurrent.CompletionStage<T>> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        EventExecutor executor = loops.next();
        executor.execute(() -> task.apply(broker.loopOf(executor)).whenComplete((value, failure) -> {
            if (failure == null) result.complete(value);
            else result.completeExceptionally(failure);
        }));
        return result.get(10, TimeUnit.SECONDS);
    }

    /** Waits until something holds that happens on another thread. */
    static void await(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.get()) {
            if (System.nanoTime() > deadline) throw new AssertionError("it did not happen within 10 s");
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws StoreException, IOException {
        for (TestPeer peer : peers) peer.close(); // or the listener would wait for their close
        listener.close().toCompletableFuture().join();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        broker.close();
    }
}
