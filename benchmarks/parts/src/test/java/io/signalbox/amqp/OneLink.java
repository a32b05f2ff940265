package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.StoreException;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;

/**
 * A connection with a link that sends, whose socket takes everything at once and counts it, and a queue in memory that hands
 * over deliveries. All on the thread that calls.
 */
final class OneLink {

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Executor executor = tasks::add;
    private final Broker broker;
    private final VirtualHost host;
    private final Socket socket = new Socket();
    private final EmbeddedChannel channel;
    private final FrameWriter writer;
    private final OutgoingLink link;

    OneLink() {
        try {
            broker = Broker.open(new BrokerSettings(
                    new MemoryStore(), List.of(executor), InstantSource.system(), (done, total) -> {}));
        } catch (StoreException e) {
            throw new IllegalStateException(e);
        }
        host = broker.defaultVirtualHost();
        ChannelInboundHandlerAdapter peer = new ChannelInboundHandlerAdapter();
        channel = new EmbeddedChannel(socket, peer);
        writer = new FrameWriter(channel.pipeline().context(peer));
        Authenticator everybody =
                credentials -> CompletableFuture.completedFuture(new Authenticator.Verdict.Welcome(Identity.ANONYMOUS));
        AmqpListener listener = new AmqpListener(broker, host, everybody, AmqpSettings.defaults("broker", "0.0"));
        AmqpConnection connection = new AmqpConnection(listener, new Wire());
        link = new OutgoingLink(new AmqpSession(connection, 0, begin()), attach());
        Open open = new Open();
        open.setMaxFrameSize(UnsignedInteger.valueOf(128 << 10));
        try {
            writer.limitFrames(open);
        } catch (Refusal e) {
            throw new IllegalStateException(e);
        }
    }

    private static Begin begin() {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(2_048));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(2_048));
        return begin;
    }

    private static Attach attach() {
        Attach attach = new Attach();
        attach.setName("benchmark");
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setRole(Role.RECEIVER);
        Source source = new Source();
        source.setAddress("orders");
        attach.setSource(source);
        attach.setTarget(new Target());
        return attach;
    }

    OutgoingLink link() {
        return link;
    }

    FrameWriter writer() {
        return writer;
    }

    /** Has a queue hand over a message. */
    Delivery deliver(Message message) throws Exception {
        Loop loop = broker.loopOf(executor);
        CompletableFuture<MessageQueue> declared = host.declareQueue(
                        loop, QueueSettings.transientQueue("orders", "benchmark"))
                .toCompletableFuture();
        runTasks();
        MessageQueue queue = declared.get(1, TimeUnit.SECONDS);
        Received received = new Received();
        queue.subscribe(
                        new SubscriptionSettings(loop, SubscriptionSettings.Settlement.BY_CONSUMER, "benchmark"),
                        received)
                .grantUpTo(1);
        queue.enqueue(message, 0, 0, loop);
        runTasks();
        if (received.delivery == null) throw new IllegalStateException("the queue has handed over nothing");
        return received.delivery;
    }

    private void runTasks() {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) next.run();
    }

    /** Sends what was written; how many bytes have gone to the socket since the last time, at least so many. */
    long flushed(long atLeast) {
        writer.flush();
        long bytes = socket.bytes;
        socket.bytes = 0;
        if (bytes < atLeast) throw new IllegalStateException(bytes + " bytes were written of " + atLeast);
        return bytes;
    }

    void close() throws StoreException {
        writer.close();
        channel.close();
        broker.close();
    }

    /** Takes what is written. */
    private static final class Socket extends ChannelOutboundHandlerAdapter {
        long bytes;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf written = (ByteBuf) message;
            bytes += written.readableBytes();
            written.release();
        }

        @Override
        public void flush(ChannelHandlerContext context) {}
    }

    private static final class Received implements DeliveryListener {
        Delivery delivery;

        @Override
        public void onDelivery(Delivery handedOver) {
            delivery = handedOver;
        }

        @Override
        public void onQueueDeleted() {}
    }

    /** What the connection sees of it; nothing is ever late. */
    private final class Wire implements Transport, ConnectionTimers.Scheduler {
        @Override
        public FrameWriter writer() {
            return writer;
        }

        @Override
        public ConnectionTimers.Scheduler scheduler() {
            return this;
        }

        @Override
        public Executor executor() {
            return executor;
        }

        @Override
        public SocketAddress remoteAddress() {
            return channel.remoteAddress();
        }

        @Override
        public void setReading(Reading reading) {}

        @Override
        public void closeAfterFlush() {}

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public ConnectionTimers.Cancellable schedule(Runnable task, long delay, TimeUnit unit) {
            return () -> {};
        }
    }
}
