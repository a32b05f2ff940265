package io.signalbox.server.node;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a node found and opened when it started, for whoever tells the user.
 *
 * @param tls what is served over TLS; empty if nothing is
 * @param lastStop how the broker before this one ended
 * @param recoveryMillis how long reading the log took
 * @param forceNanos how long a first force of the log took; 0 if it did not come to its end in time
 * @param cutBytes bytes of a batch that the end of the broker before had torn
 * @param security who is let in, when it started
 */
public record StartReport(
        InetSocketAddress amqp,
        InetSocketAddress mqtt,
        InetSocketAddress http,
        Optional<Tls> tls,
        Path dataDirectory,
        LastStop lastStop,
        int queues,
        long recoveredMessages,
        long recoveryMillis,
        long freeBytes,
        long forceNanos,
        long cutBytes,
        SecurityReport security) {

    /** The addresses for clients over TLS. */
    public record Tls(InetSocketAddress amqp, InetSocketAddress mqtt, InetSocketAddress http) {}
}
