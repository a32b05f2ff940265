package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A network that can fail: hands bytes on between clients and the broker until it is told to hold them back or to cut.
 * Who connects while the broker is away waits for it. Thread-safe.
 */
public final class Relay implements AutoCloseable {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ServerSocket entrance;
    private final InetSocketAddress broker;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Direction> held = EnumSet.noneOf(Direction.class);

    /** Which way bytes go. */
    public enum Direction {
        TO_BROKER,
        TO_CLIENT
    }

    private Relay(ServerSocket entrance, InetSocketAddress broker) {
        this.entrance = entrance;
        this.broker = broker;
    }

    /** A relay to an address of a broker, on a port of its own. */
    public static Relay to(InetSocketAddress broker) {
        try {
            Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), broker);
            relay.inBackground(relay::acceptAll);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return new InetSocketAddress(entrance.getInetAddress(), entrance.getLocalPort());
    }

    private void acceptAll() throws IOException {
        while (true) {
            Socket client = entrance.accept();
            sockets.add(client);
            inBackground(() -> connect(client));
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            client.setTcpNoDelay(true);
            Socket server = awaitBroker();
            sockets.add(server);
            server.setTcpNoDelay(true);
            inBackground(() -> pump(client, server, Direction.TO_BROKER));
            inBackground(() -> pump(server, client, Direction.TO_CLIENT));
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private Socket awaitBroker() throws IOException {
        while (true) {
            try {
                return new Socket(broker.getAddress(), broker.getPort());
            } catch (ConnectException e) {
                if (entrance.isClosed()) throw e;
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void inBackground(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // cut, by one of the ends or by the test
                    }
                },
                "relay to " + broker);
        thread.setDaemon(true);
        thread.start();
    }

    private void pump(Socket from, Socket to, Direction direction) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                awaitPassage(direction);
                out.write(chunk, 0, length);
            }
        }
    }

    private void awaitPassage(Direction direction) throws IOException {
        synchronized (held) {
            try {
                while (held.contains(direction)) held.wait();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("a relay's thread is not wanted any more");
            }
        }
    }

    /** From now on nothing arrives that goes this way, until a cut loses it. */
    public void hold(Direction direction) {
        synchronized (held) {
            held.add(direction);
        }
    }

    /** Cuts every connection, with what was held back; new ones are taken, and nothing of theirs is held. */
    public void cut() {
        for (Socket socket : sockets) {
            sockets.remove(socket);
            close(socket);
        }
        synchronized (held) {
            held.clear();
            held.notifyAll();
        }
    }

    /** Cuts every connection and takes no more. */
    @Override
    public void close() {
        close(entrance);
        cut();
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("a socket does not close", e);
        }
    }
}
