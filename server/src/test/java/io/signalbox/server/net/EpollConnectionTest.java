package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Epoll;
import io.signalbox.broker.concurrent.BusyWaits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What netty's own connections do, and these are to do as well. */
class EpollConnectionTest {

    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    private final ChannelHandler listening = new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel channel) {
            accepted.add(channel);
        }
    };

    private Transport transport;

    @BeforeEach
    void open() {
        assumeTrue(Epoll.isAvailable());
        transport = Transport.open(BusyWaits.NONE);
    }

    @AfterEach
    void close() {
        if (transport != null) transport.close();
    }

    private EpollConnection accept() throws InterruptedException {
        Channel channel = accepted.poll(20, TimeUnit.SECONDS);
        channel.eventLoop().submit(() -> {}).sync(); // it is registered by then
        return (EpollConnection) channel;
    }

    private Socket connect(String host) throws IOException {
        Channel port = transport.listen(host, 0, listening);
        return new Socket(host, ((InetSocketAddress) port.localAddress()).getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void knowsBothAddressesAndThatOfItsPeerForEver(String host) throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null, "no such address here");
        try (Socket client = connect(host)) {
            EpollConnection connection = accept();
            assertEquals(client.getRemoteSocketAddress(), connection.localAddress());
            assertEquals(client.getLocalSocketAddress(), connection.remoteAddress());
            connection.close().sync();
            assertEquals(client.getLocalSocketAddress(), connection.remoteAddress());
        }
    }

    @Test
    void hasTheOptionsThatWereAskedFor() throws Exception {
        try (Socket client = connect("127.0.0.1")) {
            var socket = (io.netty.channel.unix.Socket) accept().fd();
            assertTrue(socket.isTcpNoDelay());
            assertTrue(socket.isKeepAlive());
            assertTrue(client.isConnected());
        }
    }

    @Test
    void isNoOther() throws Exception {
        try (Socket one = connect("127.0.0.1");
                Socket other = connect("127.0.0.1")) {
            assertNotEquals(accept().id(), accept().id());
            assertNotEquals(one.getLocalPort(), other.getLocalPort());
        }
    }
}
