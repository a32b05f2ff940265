package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one netty handler of an AMQP channel: bytes in, bytes out, one flush per read burst. Everything else is {@link
 * AmqpConnection}'s. Confined to the channel's event loop.
 */
final class AmqpHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(AmqpHandler.class);

    private final AmqpListener listener;
    private @Nullable AmqpConnection connection;

    AmqpHandler(AmqpListener listener) {
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) begin(context);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        begin(context);
    }

    private void begin(ChannelHandlerContext context) {
        if (connection != null) return;
        AmqpConnection begun = new AmqpConnection(listener, new ChannelTransport(context));
        connection = begun;
        listener.opened(context.channel(), begun);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (connection != null) connection.receive(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (connection != null) connection.endOfRead();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (connection != null) connection.writable();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (connection != null) connection.disconnected();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a close that fails has closed all the same
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) LOG.debug("event=amqp_socket_failed cause=\"{}\"", cause.getMessage());
        else LOG.error("event=amqp_channel_failed", cause);
        context.close();
    }

    /** The socket as the connection sees it. */
    private static final class ChannelTransport implements Transport, ConnectionTimers.Scheduler {
        private final ChannelHandlerContext context;
        private final FrameWriter writer;

        ChannelTransport(ChannelHandlerContext context) {
            this.context = context;
            this.writer = new FrameWriter(context);
        }

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
            return context.channel().eventLoop();
        }

        @Override
        public SocketAddress remoteAddress() {
            return context.channel().remoteAddress();
        }

        @Override
        public void setReading(Reading reading) {
            context.channel().config().setAutoRead(reading == Reading.ON);
        }

        @Override
        public void closeAfterFlush() {
            ChannelFuture flushed = context.writeAndFlush(Unpooled.EMPTY_BUFFER);
            flushed.addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public ConnectionTimers.Cancellable schedule(Runnable task, long delay, TimeUnit unit) {
            Future<?> scheduled = context.executor().schedule(task, delay, unit);
            return () -> scheduled.cancel(false);
        }
    }
}
