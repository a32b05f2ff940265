package io.signalbox.conformance.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network that can fail: hands bytes on between a client and the broker until it is told to cut. Thread-safe. */
public final class Relay implements AutoCloseable {

    private final ServerSocket entrance;
    private final InetSocketAddress broker;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

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
            Socket server = new Socket(broker.getAddress(), broker.getPort());
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(server);
            inBackground(() -> pump(client, server));
            inBackground(() -> pump(server, client));
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

    private static void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        }
    }

    /** Cuts every connection; new ones are taken. */
    public void cut() {
        for (Socket socket : sockets) {
            sockets.remove(socket);
            close(socket);
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
