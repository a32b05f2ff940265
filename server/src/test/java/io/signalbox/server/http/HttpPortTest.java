package io.signalbox.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.server.net.Transport;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a peer can make the HTTP port hold. */
class HttpPortTest {

    private static final Health HEALTHY = new Health() {
        @Override
        public Optional<String> whyNotLive() {
            return Optional.empty();
        }

        @Override
        public Optional<String> whyNotReady() {
            return Optional.empty();
        }

        @Override
        public Optional<String> restriction() {
            return Optional.empty();
        }

        @Override
        public boolean trustsThisMachine() {
            return true;
        }
    };

    /** A socket whose peer reads when it is told to. */
    private static final class SlowPeer extends ChannelOutboundHandlerAdapter {
        private final List<ChannelPromise> unread = new ArrayList<>();
        int answers;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            if (bytes.toString(StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200")) answers++;
            bytes.release();
            unread.add(promise);
        }

        void read() {
            List<ChannelPromise> written = List.copyOf(unread);
            unread.clear();
            written.forEach(ChannelPromise::setSuccess);
        }
    }

    @Test
    void aConnectionServesOneRequestAfterTheOther() throws Exception {
        HttpPages pages = new HttpPages(HEALTHY, new PrometheusRegistry());
        try (Transport transport = Transport.open(BusyWaits.NONE);
                HttpPort port = HttpPort.open(transport, "127.0.0.1", 0, pages);
                Socket socket = new Socket("127.0.0.1", port.address().getPort())) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < 3; i++) {
                for (byte part :
                        "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
                    socket.getOutputStream().write(part); // in as many pieces as there are
                }
                StringBuilder answer = new StringBuilder();
                while (answer.indexOf("\r\n\r\nlive\n") < 0)
                    answer.append((char) socket.getInputStream().read());
                assertTrue(answer.indexOf("HTTP/1.1 200 OK\r\n") == 0, answer.toString());
            }
        }
    }

    @Test
    void whoDoesNotReadItsAnswerIsNotAnsweredFurther() throws Exception {
        HttpPages pages = new HttpPages(HEALTHY, new PrometheusRegistry());
        try (Transport transport = Transport.open(BusyWaits.NONE);
                HttpPort port = HttpPort.open(transport, "127.0.0.1", 0, pages)) {
            SlowPeer peer = new SlowPeer();
            EmbeddedChannel channel = new EmbeddedChannel(peer);
            port.attach(channel.pipeline());
            String requests = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
            channel.writeInbound(Unpooled.copiedBuffer(requests, StandardCharsets.US_ASCII));
            assertEquals(1, peer.answers);
            for (int answers = 2; answers <= 100; answers++) {
                peer.read();
                channel.runPendingTasks();
                assertEquals(answers, peer.answers);
            }
            assertTrue(channel.isOpen());
            channel.finishAndReleaseAll();
        }
    }
}
