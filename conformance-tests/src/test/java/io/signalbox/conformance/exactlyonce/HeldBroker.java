package io.signalbox.conformance.exactlyonce;

import java.net.InetSocketAddress;

/** A broker whose forces take as long as the test wants. Used by one thread. */
interface HeldBroker extends AutoCloseable {

    InetSocketAddress mqtt();

    /** No force that begins from now on ends before {@link #release} or the broker's death. */
    void hold();

    void release();

    @Override
    void close();
}
