package io.signalbox.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all TLS ports of a node share: the certificate in use, which may be replaced while connections live on, and what is
 * counted. Thread-safe.
 */
public final class TlsServer {

    /** How long a client may take from connecting until it is known what was agreed. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** Heap for each handshake that may run at once; one takes less than a hundredth of it. */
    private static final long HEAP_BYTES_PER_HANDSHAKE = 4 << 20;

    private static final long FEWEST_HANDSHAKES = 64;
    private static final long MOST_HANDSHAKES = 1024;

    private final int handshakesAtOnce;
    private final Duration handshakeTimeout;
    private final LongAdder handshakes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile TlsCredentials credentials;

    /** As many handshakes at once as fit the heap. */
    public TlsServer(TlsCredentials credentials) {
        this(credentials, handshakesThatFit(), HANDSHAKE_TIMEOUT);
    }

    TlsServer(TlsCredentials credentials, int handshakesAtOnce, Duration handshakeTimeout) {
        this.credentials = credentials;
        this.handshakesAtOnce = handshakesAtOnce;
        this.handshakeTimeout = handshakeTimeout;
    }

    private static int handshakesThatFit() {
        long fitting = Runtime.getRuntime().maxMemory() / HEAP_BYTES_PER_HANDSHAKE;
        return (int) Math.max(FEWEST_HANDSHAKES, Math.min(MOST_HANDSHAKES, fitting));
    }

    /** How many handshakes may run at once on each port. */
    int handshakesAtOnce() {
        return handshakesAtOnce;
    }

    /** What new connections are met with from now on; those that are there keep what they agreed on. */
    public void use(TlsCredentials next) {
        credentials = next;
    }

    /** What new connections are met with. */
    public TlsIdentity identity() {
        return credentials.identity();
    }

    /** Handshakes that succeeded. */
    public LongAdder handshakes() {
        return handshakes;
    }

    /** Connections that ended before their handshake did. */
    public LongAdder failures() {
        return failures;
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = credentials.context().newHandler(allocator);
        handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }
}
