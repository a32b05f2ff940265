package io.signalbox.server.node;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What a node found and opened when it started, for whoever tells the user.
 *
 * @param newDirectory whether the data directory was empty
 * @param recoveryMillis how long reading the log took
 * @param forceNanos how long the latest force of the log took; 0 if there was none yet
 */
public record StartReport(
        InetSocketAddress amqp,
        InetSocketAddress mqtt,
        InetSocketAddress http,
        Path dataDirectory,
        boolean newDirectory,
        int queues,
        long recoveredMessages,
        long recoveryMillis,
        long freeBytes,
        long forceNanos) {}
