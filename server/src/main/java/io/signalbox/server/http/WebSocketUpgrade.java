package io.signalbox.server.http;

import io.netty.channel.ChannelPipeline;

/**
 * A listener that is also reached by WebSocket: once the upgrade is done, it gets the pipeline and sees the content of
 * binary messages as the bytes of a stream, as if it had accepted a TCP connection (RFC 6455 §1.5).
 */
public interface WebSocketUpgrade {

    /** The request's path, as in {@code /mqtt}. */
    String path();

    /** The subprotocol a client has to offer. */
    String subprotocol();

    /** Adds the listener's own handlers. On the connection's event loop. */
    void attach(ChannelPipeline pipeline);
}
