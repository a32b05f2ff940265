package io.signalbox.conformance.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports below those that systems hand out by themselves: while a broker that was killed is away, nobody gets its port by chance.
 * Thread-safe.
 */
final class KeptPorts {

    private static final int FIRST = 10_000;
    private static final int COUNT = 20_000;

    /** Begins elsewhere in each JVM, so that two that run at the same time do not meet. */
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % COUNT));

    private KeptPorts() {}

    /** A port on the loopback address that is free now, and that no one else here is given. */
    static int next() {
        for (int tries = 0; tries < COUNT; tries++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) return port;
        }
        throw new IllegalStateException("no port is free from " + FIRST + " on");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException used) {
            return false;
        }
    }
}
