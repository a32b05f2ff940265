package io.signalbox.amqp;

import java.net.SocketAddress;
import java.util.concurrent.Executor;

/** What a connection needs of its socket. Confined to the connection's event loop. */
interface Transport {

    /** Whether the socket is read. */
    enum Reading {
        ON,
        OFF
    }

    FrameWriter writer();

    ConnectionTimers.Scheduler scheduler();

    /** The event loop that the connection is confined to. */
    Executor executor();

    SocketAddress remoteAddress();

    /** Reads no more from the socket, or goes on. */
    void setReading(Reading reading);

    /** Closes the socket when all that is written has been sent. */
    void closeAfterFlush();
}
