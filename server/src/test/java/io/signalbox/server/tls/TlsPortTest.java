package io.signalbox.server.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.server.net.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real port with a handler behind it that says goodbye as soon as it hears something. */
@Timeout(120)
class TlsPortTest {

    private static final TlsIdentity IDENTITY = identity();

    private static final int AT_ONCE = 16;

    /** Shorter than what a node gives, and longer than a handshake takes on a busy machine. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(3);

    /** More than the client's socket holds: a reset would lose the rest. */
    private static final byte[] FAREWELL = "because".repeat(50_000).getBytes(StandardCharsets.US_ASCII);

    private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final List<Socket> silent = new ArrayList<>();
    private Transport transport;
    private TlsServer server;
    private TlsPort port;
    private boolean farewell;

    private static TlsIdentity identity() {
        return SelfSignedCertificate.create(List.of("localhost", "127.0.0.1"), Instant.now());
    }

    @BeforeEach
    void open() throws Exception {
        transport = Transport.open(BusyWaits.NONE);
        server = new TlsServer(TlsCredentials.of(IDENTITY), AT_ONCE, HANDSHAKE_TIMEOUT);
        port = TlsPort.open(transport, new InetSocketAddress("127.0.0.1", 0), "test", server, this::attach);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : silent) socket.close();
        port.close();
        transport.close();
    }

    private void attach(ChannelPipeline pipeline) {
        pipeline.addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                if (!farewell) {
                    context.writeAndFlush(bytes);
                    return;
                }
                ReferenceCountUtil.release(bytes);
                farewell = false;
                context.channel().config().setAutoRead(false); // what else is coming stays unread
                context.writeAndFlush(Unpooled.wrappedBuffer(FAREWELL));
                context.channel().close();
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                ends.add("end");
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                errors.add(cause);
                context.close();
            }
        });
    }

    private SSLSocket connect(X509Certificate trusted, String... protocols) throws Exception {
        SSLSocket socket = TlsClient.connect(TlsClient.trusting(trusted), port.address());
        if (protocols.length > 0) socket.setEnabledProtocols(protocols);
        return socket;
    }

    private SSLSocket connect() throws Exception {
        return connect(IDENTITY.certificate());
    }

    private static void assertEcho(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(7);
        assertEquals(7, socket.getInputStream().read());
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "not within 20 s");
            Thread.onSpinWait();
        }
    }

    @Test
    void bothVersionsAreServedAndOlderOnesAreNot() throws Exception {
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            try (SSLSocket socket = connect(IDENTITY.certificate(), protocol)) {
                assertEcho(socket);
                assertEquals(protocol, socket.getSession().getProtocol());
            }
        }
        until(() -> server.handshakes().sum() == 2);
        try (SSLSocket socket = connect(IDENTITY.certificate(), "TLSv1.1")) {
            assertThrows(SSLException.class, socket::startHandshake);
        }
    }

    @Test
    void theLastWordsArriveAlthoughTheClientGoesOnSending() throws Exception {
        farewell = true;
        try (SSLSocket socket = connect()) {
            byte[] flood = new byte[1 << 20];
            socket.getOutputStream().write(flood, 0, 1000);
            Thread sender = new Thread(() -> {
                try {
                    socket.getOutputStream().write(flood);
                } catch (IOException e) {
                    return; // the server has had enough
                }
            });
            sender.start();
            assertNull(ends.poll(50, TimeUnit.MILLISECONDS), "the socket was closed under what it had to say");
            assertArrayEquals(FAREWELL, socket.getInputStream().readNBytes(FAREWELL.length));
            assertEquals(-1, socket.getInputStream().read(), "close_notify has come");
            sender.join();
        }
    }

    @Test
    void aClientThatSaysNoMoreIsAtItsEnd() throws Exception {
        try (SSLSocket socket = connect()) {
            assertEcho(socket);
            socket.shutdownOutput();
            assertEquals("end", ends.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aBrokenRecordIsTheNetworksFailure() throws Exception {
        try (Socket plain =
                new Socket(InetAddress.getLoopbackAddress(), port.address().getPort())) {
            SSLContext context = TlsClient.trusting(IDENTITY.certificate());
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), false);
            assertEcho(socket);
            plain.getOutputStream().write(new byte[] {
                0x17, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
            });
            Throwable told = errors.poll(20, TimeUnit.SECONDS);
            assertTrue(told instanceof SSLException, String.valueOf(told));
        }
    }

    @Test
    void plainBytesAreRefusedAndCounted() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(readToEnd(socket).length < 100);
        }
        until(() -> server.failures().sum() == 1);
        assertTrue(ends.isEmpty() && errors.isEmpty(), "the protocol behind never hears of it");
    }

    private static byte[] readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return in.readAllBytes();
    }

    @Test
    void aHandshakeThatDripsIsCut() throws Exception {
        long start = System.nanoTime();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port.address().getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});
            assertTrue(readToEnd(socket).length < 100);
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertTrue(seconds >= 2 && seconds < 9, "after " + seconds + " s");
        until(() -> server.failures().sum() == 1);
    }

    @Test
    void aNodeGivesAHandshakeTenSeconds() throws Exception {
        SslHandler handler = new TlsServer(TlsCredentials.of(IDENTITY)).newHandler(UnpooledByteBufAllocator.DEFAULT);
        assertEquals(10_000, handler.getHandshakeTimeoutMillis());
    }

    @Test
    void newConnectionsMeetTheNewCertificateAndOldOnesLiveOn() throws Exception {
        try (SSLSocket old = connect()) {
            assertEcho(old);
            TlsIdentity next = identity();
            server.use(TlsCredentials.of(next));
            try (SSLSocket late = connect(IDENTITY.certificate())) {
                assertThrows(SSLException.class, late::startHandshake);
            }
            try (SSLSocket late = connect(next.certificate())) {
                assertEcho(late);
                assertEquals(next.certificate(), late.getSession().getPeerCertificates()[0]);
            }
            assertEcho(old);
        }
    }

    private void connectSilent(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            silent.add(
                    new Socket(InetAddress.getLoopbackAddress(), port.address().getPort()));
        }
    }

    @Test
    void onlySoManyHandshakesRunAtOnceAndTheOthersWait() throws Exception {
        connectSilent(AT_ONCE);
        until(() -> port.handshaking() == AT_ONCE);
        connectSilent(AT_ONCE / 2);
        try (SSLSocket socket = connect()) {
            assertEcho(socket); // when the first have had their second
            until(() -> server.failures().sum() == AT_ONCE);
        }
    }

    @Test
    void whoIsAcceptedWhileTheCrowdIsCountedHasASecondToo() throws Exception {
        List<EventExecutor> others = new ArrayList<>();
        for (EventExecutor loop : transport.group()) {
            if (loop != port.port().eventLoop()) others.add(loop);
        }
        CountDownLatch counted = new CountDownLatch(1);
        for (EventExecutor loop : others) loop.execute(() -> awaitUninterruptibly(counted));
        connectSilent(AT_ONCE * (others.size() + 1));
        until(() -> port.handshaking() == AT_ONCE); // of those on the loop that accepts
        counted.countDown();
        try (SSLSocket socket = connect()) {
            socket.setSoTimeout(8_000); // a handshake of its own accord is given 10 s
            assertEcho(socket);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aClosedPortLetsBeginnersGoAndKeepsWhomItHandedOn() throws Exception {
        try (SSLSocket known = connect();
                Socket beginner = new Socket(
                        InetAddress.getLoopbackAddress(), port.address().getPort())) {
            assertEcho(known);
            until(() -> port.handshaking() == 1);
            port.close();
            beginner.setSoTimeout(20_000);
            assertTrue(readToEnd(beginner).length < 100);
            assertEcho(known);
            assertFalse(known.isClosed());
        }
    }
}
