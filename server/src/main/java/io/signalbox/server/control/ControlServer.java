package io.signalbox.server.control;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.signalbox.broker.Broker;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The broker's end of the control socket, which only its owner may open. Thread-safe. */
public final class ControlServer implements AutoCloseable {

    private static final int MAX_SOCKET_PATH_BYTES = 107;
    private static final int MAX_CONNECTIONS = 256;

    private final Path socket;
    private final Channel port;
    private final ChannelGroup connections;

    private ControlServer(Path socket, Channel port, ChannelGroup connections) {
        this.socket = socket;
        this.port = port;
        this.connections = connections;
    }

    /**
     * Opens the socket in a data directory that is locked by this process, so that a socket which is there already is left
     * from a process that was killed.
     *
     * @throws IOException if it cannot be opened; the message says why
     */
    public static ControlServer open(Transport transport, Path dataDirectory, Broker broker, NodeControl node)
            throws IOException {
        Path socket = ControlSocket.in(dataDirectory);
        int pathBytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (pathBytes > MAX_SOCKET_PATH_BYTES) {
            throw new IOException("The path of the control socket has " + pathBytes + " bytes, and the system takes "
                    + MAX_SOCKET_PATH_BYTES + "; choose a data directory with a shorter path than " + dataDirectory);
        }
        Files.deleteIfExists(socket);
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Channel port = transport.listen(socket, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (connections.size() >= MAX_CONNECTIONS) {
                    channel.close();
                    return;
                }
                connections.add(channel);
                channel.pipeline()
                        .addLast(new LineBasedFrameDecoder(ControlMessage.MAX_LINE_BYTES))
                        .addLast(new StringDecoder(StandardCharsets.UTF_8))
                        .addLast(new StringEncoder(StandardCharsets.UTF_8))
                        .addLast(new ControlConnection(channel, broker, node));
            }
        });
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        return new ControlServer(socket, port, connections);
    }

    @Override
    public void close() throws IOException {
        port.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        Files.deleteIfExists(socket);
    }
}
