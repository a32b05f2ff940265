package io.signalbox.conformance.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/**
 * A server of its own process that takes a connection, reads what comes first, and closes. What others feel while it is
 * attacked is the machine's doing and not the broker's.
 */
final class Indifference implements AutoCloseable {

    private final LineProcess process = LineProcess.start(LineProcess.Rank.SERVER, Indifference.class);
    private final int port = Integer.parseInt(process.ask("port"));

    InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", port);
    }

    public static void main(String[] arguments) throws Exception {
        ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> accept(server), "indifference");
        thread.setDaemon(true);
        thread.start();
        LineProcess.serve(line -> Integer.toString(server.getLocalPort()));
    }

    private static void accept(ServerSocket server) {
        byte[] bytes = new byte[64 << 10];
        while (true) {
            try (Socket socket = server.accept()) {
                readOnce(socket, bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void readOnce(Socket socket, byte[] bytes) throws IOException {
        try {
            if (socket.getInputStream().read(bytes) < 0) return;
            socket.shutdownOutput();
        } catch (SocketException e) {
            return; // the attacker has gone already
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
