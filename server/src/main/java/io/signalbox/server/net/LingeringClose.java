package io.signalbox.server.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Next to the socket: closes so that the last words arrive. A socket closed with unread input resets the connection, and what
 * was written is lost: a protocol's reason, TLS's close_notify. So when the handlers behind it have said their last, the output
 * ends, input is thrown away, and the socket closes when the peer does, or soon. Confined to the channel's event loop.
 */
public final class LingeringClose extends ChannelDuplexHandler {

    /** How long a peer may take to read why it was disconnected. */
    private static final long LINGER_MILLIS = 1000;

    private boolean closing;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!(context.channel() instanceof DuplexChannel socket) || !socket.isActive()) {
            context.close(promise);
            return;
        }
        socket.closeFuture().addListener(closed -> promise.trySuccess());
        if (closing) return;
        closing = true;
        socket.shutdownOutput();
        socket.config().setAutoRead(true);
        Future<?> end = context.executor().schedule(() -> context.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        // Or the timer would hold all that belonged to the connection until then, of many that come and go.
        socket.closeFuture().addListener(closed -> end.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (closing) {
            ReferenceCountUtil.release(bytes);
        } else {
            context.fireChannelRead(bytes);
        }
    }
}
