package io.signalbox.server.node;

import io.netty.channel.ChannelPipeline;
import io.signalbox.server.http.WebSocketUpgrade;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A protocol's open port, as the node stops it. Thread-safe. */
public interface ProtocolPort {

    /** Its address; the number is the actual one. */
    InetSocketAddress address();

    /** Its address for clients over TLS; empty if TLS is not served. */
    default Optional<InetSocketAddress> tlsAddress() {
        return Optional.empty();
    }

    /**
     * Serves a channel that was accepted elsewhere and that carries this protocol's bytes inside another, which closes in its
     * own way. On the channel's event loop.
     */
    void attach(ChannelPipeline pipeline);

    /** Connections open now. */
    int connections();

    /** Connections whose peer has proved to be this user. */
    int connectionsOf(String user);

    /**
     * Sends away whoever is not let in any more, since users have changed.
     *
     * @return completes when all have been looked at
     */
    CompletionStage<?> recheckIdentities();

    /** Adds what this protocol alone counts. */
    default void addMetrics(NodeMetrics metrics) {}

    /** How its clients are served on the HTTP port; empty if the protocol does not run over WebSocket. */
    default Optional<WebSocketUpgrade> webSocket() {
        return Optional.empty();
    }

    /** No new connection is accepted; those that are there are told that the broker goes, and closed. */
    CompletionStage<?> stop();
}
