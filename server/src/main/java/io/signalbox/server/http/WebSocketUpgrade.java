package io.signalbox.server.http;

import io.netty.channel.ChannelPipeline;
import java.util.List;
import java.util.function.Consumer;

/**
 * A listener that is also reached by WebSocket: once the upgrade is done, it gets the pipeline and sees the content of
 * binary messages as the bytes of a stream, as if it had accepted a TCP connection (RFC 6455 §1.5). Immutable.
 *
 * @param path the request's path, as in {@code /mqtt}
 * @param subprotocols what a client may offer, the most wanted first; it has to offer one of them
 * @param attach adds the listener's own handlers; called on the connection's event loop
 */
public record WebSocketUpgrade(String path, List<String> subprotocols, Consumer<ChannelPipeline> attach) {

    public WebSocketUpgrade {
        subprotocols = List.copyOf(subprotocols);
    }
}
