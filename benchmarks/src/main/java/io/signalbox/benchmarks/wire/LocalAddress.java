package io.signalbox.benchmarks.wire;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * From where one of many connections comes: to a broker on this machine from the next of 200 loopback addresses, so that ports
 * which are not free yet are not the limit. Stateless.
 */
public final class LocalAddress {

    private static final int ADDRESSES = 200;

    private LocalAddress() {}

    /** @param number of the connection, 0 or more */
    public static SocketAddress of(InetSocketAddress peer, long number) {
        boolean isLocal = peer.getAddress() != null && peer.getAddress().isLoopbackAddress();
        return isLocal ? new InetSocketAddress("127.0.1." + (number % ADDRESSES + 1), 0) : new InetSocketAddress(0);
    }
}
