package io.signalbox.conformance.peer;

import io.signalbox.conformance.process.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.engine.Connection;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.EngineFactory;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.engine.sasl.client.SaslAuthenticator;
import org.apache.qpid.protonj2.engine.sasl.client.SaslCredentialsProvider;
import org.jspecify.annotations.Nullable;

/**
 * An AMQP 1.0 connection with one session, driven by the protonj2 engine on a thread of its own. Links are made and used on
 * that thread only: by {@link #call}, in handlers, and by what was given to {@link #onTurn}. The loss of the connection
 * ends the thread and completes {@link #ended}.
 */
public final class AmqpPeer implements AutoCloseable {

    private static final int TURN_MILLIS = 5;
    private static final int READ_BYTES = 256 << 10;
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ByteBuffer incoming = ByteBuffer.allocate(READ_BYTES);
    private final SocketChannel channel;
    private final Selector selector;
    private final Engine engine = EngineFactory.PROTON.createEngine();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Runnable> everyTurn = new ArrayList<>();
    private final Deque<ByteBuffer> outgoing = new ArrayDeque<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final Consumer<ByteBuffer> sentBytes;
    private final Thread thread;
    private Session session;
    private boolean opened;
    private long lastTickNanos = System.nanoTime();
    private String failure = "";

    private AmqpPeer(InetSocketAddress address, String containerId, Consumer<ByteBuffer> sentBytes) throws IOException {
        this.sentBytes = sentBytes;
        channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
        thread = new Thread(() -> run(containerId), "amqp peer " + containerId);
        thread.setDaemon(true);
    }

    /** Connects and opens connection and session. */
    public static AmqpPeer connect(InetSocketAddress address, String containerId) {
        return connect(address, containerId, bytes -> {});
    }

    /** Connects; every buffer that is about to be sent is shown first, on the peer's thread. */
    public static AmqpPeer connect(InetSocketAddress address, String containerId, Consumer<ByteBuffer> sentBytes) {
        try {
            AmqpPeer peer = new AmqpPeer(address, containerId, sentBytes);
            peer.thread.start();
            Await.until("the session of " + containerId + " is open", () -> peer.ended.isDone() || peer.isOpen());
            if (peer.ended.isDone()) throw new IOException("connection of " + containerId + ": " + peer.ended.join());
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized boolean isOpen() {
        return opened;
    }

    private synchronized void markOpen() {
        opened = true;
    }

    /** The port of this end of the connection. */
    public int localPort() {
        return channel.socket().getLocalPort();
    }

    /** Completes with the reason when the connection is gone, whoever ended it. */
    public CompletableFuture<String> ended() {
        return ended;
    }

    /** Runs a task on the peer's thread and waits for it. */
    public void call(Consumer<Session> task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                task.accept(session);
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        selector.wakeup();
        Await.get("a task of " + thread.getName(), done);
    }

    /** Runs a task on the peer's thread once per turn, at least every 5 ms. Called on that thread. */
    public void onTurn(Runnable task) {
        everyTurn.add(task);
    }

    /** Gives the connection up for a reason of the peer's own. Called on its thread. */
    void fail(String reason) {
        failure = reason;
        closeSocket();
    }

    private void run(String containerId) {
        String reason = "closed";
        try {
            open(containerId);
            while (channel.isOpen()) turn();
        } catch (IOException | RuntimeException e) {
            reason = e.toString();
        } finally {
            closeSocket();
            ended.complete(failure.isEmpty() ? reason : failure);
            closeSelector();
        }
    }

    private void open(String containerId) {
        engine.outputConsumer(this::output);
        engine.errorHandler(failed -> closeSocket());
        engine.saslDriver().client().setListener(new SaslAuthenticator(new Anonymous()));
        Connection connection = engine.start();
        connection.setContainerId(containerId).setHostname("localhost").setMaxFrameSize(READ_BYTES);
        connection.closeHandler(remote -> fail("closed by the broker: " + remote.getRemoteCondition()));
        connection.open();
        session = connection.session();
        session.setIncomingCapacity(64 << 20);
        session.openHandler(remote -> markOpen());
        session.closeHandler(remote -> fail("session ended by the broker: " + remote.getRemoteCondition()));
        session.open();
    }

    private static final class Anonymous implements SaslCredentialsProvider {
        @Override
        public String vhost() {
            return "localhost";
        }

        @Override
        public @Nullable String username() {
            return null;
        }

        @Override
        public @Nullable String password() {
            return null;
        }

        @Override
        public @Nullable Principal localPrincipal() {
            return null;
        }

        @Override
        public Map<String, Object> options() {
            return Map.of();
        }
    }

    private void turn() throws IOException {
        SelectionKey key = channel.keyFor(selector);
        key.interestOps(outgoing.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        selector.select(TURN_MILLIS);
        selector.selectedKeys().clear();
        read();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
        for (Runnable task : everyTurn) task.run();
        if (isOpen() && System.nanoTime() - lastTickNanos > TICK_NANOS) {
            lastTickNanos = System.nanoTime();
            engine.tick(
                    TimeUnit.NANOSECONDS.toMillis(lastTickNanos)); // AMQP 1.0 §2.4.5: an idle peer sends empty frames
        }
        write();
        if (engine.isFailed()) throw new IOException("engine failed: " + engine.failureCause());
    }

    private void read() throws IOException {
        incoming.clear();
        int count = channel.read(incoming);
        if (count < 0) throw new IOException("closed by the broker");
        if (count > 0) engine.accept(ProtonBufferAllocator.defaultAllocator().copy(incoming.array(), 0, count));
    }

    private void output(ProtonBuffer buffer) {
        ByteBuffer bytes = ByteBuffer.allocate(buffer.getReadableBytes());
        buffer.readBytes(bytes);
        bytes.flip();
        sentBytes.accept(bytes.asReadOnlyBuffer());
        outgoing.add(bytes);
    }

    private void write() throws IOException {
        while (!outgoing.isEmpty()) {
            // One gathering write, so that a burst of frames is a burst for the broker too.
            channel.write(outgoing.toArray(ByteBuffer[]::new));
            while (!outgoing.isEmpty() && !outgoing.peek().hasRemaining()) outgoing.poll();
            if (!outgoing.isEmpty()) return;
        }
    }

    /** Closes connection and socket in an orderly way. */
    @Override
    public void close() {
        if (ended.isDone()) return;
        tasks.add(() -> engine.connection().close());
        selector.wakeup();
        if (!Await.holdsWithin(Duration.ofSeconds(5), ended::isDone)) closeSocket();
        Await.get("the end of " + thread.getName(), ended);
    }

    /** Drops the socket without a word. */
    public void abort() {
        closeSocket();
        selector.wakeup();
        Await.get("the end of " + thread.getName(), ended);
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeSocket() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
