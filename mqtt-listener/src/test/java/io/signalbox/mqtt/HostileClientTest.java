package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.signalbox.mqtt.codec.Bytes;
import io.signalbox.testkit.Clause;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** What one client does is its own affair. */
class HostileClientTest {

    private static final int FLOOD_PACKETS = 60_000;

    @Test
    void noiseCostsItsSenderTheConnectionAndNobodyElse() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient witness = server.client()
                    .connectV3("w")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            for (long seed = 0; seed < 300; seed++) {
                Random random = new Random(seed);
                byte[] noise = new byte[1 + random.nextInt(300)];
                random.nextBytes(noise);
                if (random.nextBoolean()) noise[0] = (byte) (random.nextInt(16) << 4 | 0x02);
                TestClient client = server.client();
                if (random.nextBoolean()) client.connectV5("noisy" + seed);
                client.sendQuietly(noise).close();
            }
            server.waitUntil(() -> server.listener.connections() == 1);
            server.client().connectV3("p").send("32 06 00 01 't' 00 07 'x'").expect("40 02 00 07");
            witness.expect("32 06 00 01 't' 00 01 'x'").expectNothingElse();
        }
    }

    /** Answers that nobody reads do not pile up: whoever does not read is not read. */
    @Test
    void aFloodOfPingsThatReadsNoAnswerIsHeldBack() throws Exception {
        try (TestServer server = TestServer.start();
                SocketChannel flood = SocketChannel.open(server.address())) {
            flood.write(ByteBuffer.wrap(Bytes.of("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'f'")));
            flood.configureBlocking(false);
            ByteBuffer pings = ByteBuffer.wrap(Bytes.of("c0 00".repeat(8192)));
            long sent = 0;
            int stalled = 0;
            while (stalled < 20) {
                if (!pings.hasRemaining()) pings.rewind();
                int written = flood.write(pings);
                sent += written;
                stalled = written == 0 ? stalled + 1 : 0;
                if (written == 0) server.waitMillis(10);
                assertTrue(sent < 64 << 20, "64 MiB of pings were taken and no answer was read");
            }
            server.client().connectV3("other").expectNothingElse();
            long expected = 4 + sent / 2 * 2; // the socket may have been full in the middle of a ping
            ByteBuffer answers = ByteBuffer.allocate(1 << 16);
            for (int idle = 0; expected > 0 && idle < 500; ) {
                answers.clear();
                int read = flood.read(answers);
                expected -= read;
                idle = read == 0 ? idle + 1 : 0;
                if (read == 0) server.waitMillis(10);
            }
            assertEquals(0, expected, "answers that never came");
        }
    }

    /** Between two pieces of one connection's flood the loop turns to everybody else. */
    @Test
    void aFloodIsReadAPieceATurn() throws Exception {
        byte[] publish = Bytes.of("30 03 00 01 't'");
        try (TestServer server = TestServer.startOnOneLoop();
                SocketChannel flood = SocketChannel.open()) {
            flood.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 20);
            flood.connect(server.address());
            flood.write(ByteBuffer.wrap(Bytes.of("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'f'")));
            flood.read(ByteBuffer.allocate(4));
            flood.configureBlocking(false);
            EventLoop loop = server.loops.next();
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch gathered = new CountDownLatch(1);
            LongAdder received = server.listener.counters().publishesReceived;
            Turns turns = new Turns(loop, received, FLOOD_PACKETS);
            loop.execute(() -> {
                blocked.countDown();
                awaitQuietly(gathered);
            });
            blocked.await();
            try {
                ByteBuffer packets = ByteBuffer.wrap(Bytes.of("30 03 00 01 't'".repeat(FLOOD_PACKETS)));
                for (int written = -1; written != 0; ) written = flood.write(packets);
                assertEquals(0, packets.remaining(), "what does not fit into the socket cannot be read in one turn");
                loop.execute(turns);
            } finally {
                gathered.countDown(); // or the loop would not end
            }
            server.waitUntil(turns::isOver);
            long most = (64 << 10) / publish.length + 1;
            assertTrue(turns.mostInOne <= most, turns.mostInOne + " packets in one turn, not " + most);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Comes once a turn, and sees how far a counter has got since. */
    private static final class Turns implements Runnable {
        private final EventLoop loop;
        private final LongAdder counter;
        private final long last;
        private long before;
        private volatile long mostInOne;

        Turns(EventLoop loop, LongAdder counter, long last) {
            this.loop = loop;
            this.counter = counter;
            this.last = last;
        }

        @Override
        public void run() {
            long now = counter.sum();
            mostInOne = Math.max(mostInOne, now - before);
            before = now;
            if (!isOver()) loop.execute(this);
        }

        boolean isOver() {
            return counter.sum() >= last && mostInOne > 0;
        }
    }

    /** A subscriber that does not read loses QoS 0 messages and holds up neither the publisher nor anyone else. */
    @Test
    void aSubscriberThatDoesNotReadPaysForItself() throws Exception {
        try (TestServer server = TestServer.start()) {
            server.client().connectV3("stuck").send("82 06 00 01 00 01 't' 00").expect("90 03 00 01 00");
            TestClient publisher = server.client().connectV3("p");
            String message = "30 83 80 01 00 01 't' '" + "x".repeat(16 * 1024) + "'";
            for (int i = 0; i < 2000; i++) publisher.send(message);
            publisher.expectNothingElse();
            server.waitUntil(() -> server.listener.counters().droppedSlowClient.sum()
                            + server.broker.counters().droppedDirect.sum()
                    > 0);
            server.client().connectV3("other").expectNothingElse();
        }
    }

    /** 3.1.1 MQTT-2.3.1-2, MQTT-2.2.1-4: identifiers wrap around, are never zero and never in use twice. */
    @Clause("MQTT3-2.3.1-4")
    @Test
    void packetIdentifiersWrapAround() throws Exception {
        int messages = 70_000;
        try (TestServer server = TestServer.start()) {
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient publisher = server.client().connectV3("p");
            StringBuilder burst = new StringBuilder();
            for (int i = 1; i <= 100; i++) burst.append("32 05 00 01 't' 00 ").append(String.format("%02x", i));
            int expected = 1;
            for (int sent = 0; sent < messages; sent += 100) {
                publisher.send(burst.toString());
                StringBuilder acks = new StringBuilder();
                for (int i = 0; i < 100; i++) {
                    String id = String.format("%04x", expected);
                    subscriber.expect("32 05 00 01 't'" + id);
                    acks.append("40 02").append(id);
                    expected = expected == 65_535 ? 1 : expected + 1;
                }
                subscriber.send(acks.toString()).expectNothingElse(); // they have been read: no identifier is skipped
                for (int i = 1; i <= 100; i++) publisher.expect("40 02 00" + String.format("%02x", i));
            }
            subscriber.expectNothingElse();
            assertEquals(0, server.listener.counters().unknownAcknowledgements.sum());
        }
    }
}
