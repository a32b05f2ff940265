package io.signalbox.server.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.signalbox.broker.concurrent.Throttle;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Above TLS in a channel: awaits the end of the handshake, then stays to tell the protocol's handlers of TLS's own events in
 * their words: an end of stream is the end, a broken record is the network's. Confined to the channel's event loop.
 */
final class TlsEntry extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(TlsEntry.class);

    private final TlsPort port;
    private boolean ended;
    private boolean welcome;

    TlsEntry(TlsPort port) {
        this.port = port;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            end();
            if (handshake.isSuccess()) {
                welcome = true;
                port.welcome(context.pipeline());
            } else {
                complain(context, handshake.cause());
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            context.close(); // the peer says no more: as on plain TCP, that is the end
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void end() {
        if (ended) return;
        ended = true;
        port.handshakeEnded();
    }

    private void complain(ChannelHandlerContext context, Throwable cause) {
        port.server().failures().increment();
        String why = sentence(cause);
        long heldBack = cause instanceof ClosedChannelException
                ? Throttle.HELD_BACK
                : port.complaints().pass();
        if (heldBack == Throttle.HELD_BACK) {
            LOG.debug(
                    "event=tls_handshake_failed port={} remote={} cause=\"{}\"",
                    port.name(),
                    context.channel().remoteAddress(),
                    why);
        } else {
            LOG.info(
                    "event=tls_handshake_failed port={} remote={} cause=\"{}\" not_told_before={}",
                    port.name(),
                    context.channel().remoteAddress(),
                    why,
                    heldBack);
        }
    }

    private static String sentence(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return "the client does not speak TLS on this port, which is for TLS only";
        }
        if (cause instanceof SslHandshakeTimeoutException) return "the handshake took too long";
        if (cause instanceof ClosedChannelException) return "the client closed the connection";
        return String.valueOf(cause.getMessage());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable told = cause instanceof DecoderException && cause.getCause() instanceof SSLException e ? e : cause;
        if (welcome) {
            context.fireExceptionCaught(told);
        } else {
            if (!(told instanceof SSLException)) LOG.debug("event=tls_socket_failed", told);
            context.close();
        }
    }

    /** The channel has closed. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }
}
