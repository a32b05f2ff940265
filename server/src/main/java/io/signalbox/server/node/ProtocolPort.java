package io.signalbox.server.node;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;

/** A protocol's open port, as the node stops it. Thread-safe. */
public interface ProtocolPort {

    /** Its address; the number is the actual one. */
    InetSocketAddress address();

    /** Connections open now. */
    int connections();

    /** No new connection is accepted; those that are there are told that the broker goes, and closed. */
    CompletionStage<?> stop();
}
