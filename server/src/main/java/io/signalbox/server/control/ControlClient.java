package io.signalbox.server.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The command line's end of the control socket: blocking, for one thread. */
public final class ControlClient implements AutoCloseable {

    private final SocketChannel channel;
    private final BufferedReader lines;

    private ControlClient(SocketChannel channel) {
        this.channel = channel;
        this.lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /**
     * Connects to the broker that listens on this socket.
     *
     * @throws IOException if none does
     */
    public static ControlClient connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new ControlClient(channel);
    }

    /** Whether a broker listens on this socket. */
    public static boolean answers(Path socket) {
        try (ControlClient client = connect(socket)) {
            return client.channel.isConnected();
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    public void send(ControlMessage message) throws IOException {
        ByteBuffer line = ByteBuffer.wrap(message.toLine().getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) channel.write(line);
    }

    /** The broker's next message; empty once it has closed the connection. */
    public Optional<ControlMessage> receive() throws IOException {
        String line = lines.readLine();
        return line == null ? Optional.empty() : Optional.of(ControlMessage.parse(line));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
