package io.signalbox.server.node;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a node found and opened when it started, for whoever tells the user.
 *
 * @param tls what is served over TLS; empty if nothing is
 * @param newDirectory whether the data directory was empty
 * @param recoveryMillis how long reading the log took
 * @param forceNanos how long the latest force of the log took; 0 if there was none yet
 */
public record StartReport(
        InetSocketAddress amqp,
        InetSocketAddress mqtt,
        InetSocketAddress http,
        Optional<Tls> tls,
        Path dataDirectory,
        boolean newDirectory,
        int queues,
        long recoveredMessages,
        long recoveryMillis,
        long freeBytes,
        long forceNanos) {

    /** The addresses for clients over TLS. */
    public record Tls(InetSocketAddress amqp, InetSocketAddress mqtt, InetSocketAddress http) {}
}
