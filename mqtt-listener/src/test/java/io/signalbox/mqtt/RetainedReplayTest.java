package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.mqtt.codec.PublishBody;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How the retained messages of a new subscription reach their client: a piece a turn, and only as fast as it takes them. */
class RetainedReplayTest {

    private static final int MANY = 100_000;

    /** Retains a message on each of so many topics, past any client. */
    private static void retain(TestServer server, int topics, int qos) {
        retain(server, topics, qos, 1);
    }

    private static void retain(TestServer server, int topics, int qos, int bytes) {
        var host = server.broker.defaultVirtualHost();
        server.onLoop(loop -> {
            Publisher publisher = host.openPublisher(loop, server, NOBODY);
            for (int i = 0; i < topics; i++) {
                Envelope envelope = new Envelope(
                        "t/" + String.format("%06d", i), qos > 0, 4, Envelope.NEVER, 0, PublishMarks.of(qos, true));
                Message message = new Message(envelope, MqttFormat.INSTANCE, PublishBody.ofPayload(new byte[bytes]));
                publisher.publish(
                        host.topics(), message, 0, host.retained().keep(message).rider());
            }
        });
        assertEquals(topics, host.retained().messages());
    }

    /** Looks at the listener once in each turn of its only loop. */
    private static final class Turns {
        private final TestServer server;
        private final EventLoop eventLoop;
        private long before;
        private volatile long most;
        private volatile boolean ended;

        Turns(TestServer server) {
            this.server = server;
            this.eventLoop = server.loops.next();
            eventLoop.execute(this::turn);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // it ends with the test
        private void turn() {
            long sent = server.listener.counters().publishesSent.sum();
            most = Math.max(most, sent - before);
            before = sent;
            if (!ended) eventLoop.schedule(this::turn, 0, TimeUnit.NANOSECONDS);
        }
    }

    @Test
    void aHundredThousandTopicsAreSentAPieceATurnWhileOthersAreServed() throws Exception {
        try (TestServer server = TestServer.startOnOneLoop()) {
            retain(server, MANY, 0);
            Turns turns = new Turns(server);
            TestClient other = server.client().connectV3("other");
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00");
            CompletableFuture<Integer> received = CompletableFuture.supplyAsync(() -> receiveAll(subscriber));
            int pings = 0;
            while (!received.isDone()) {
                other.expectNothingElse();
                pings++;
            }
            turns.ended = true;
            assertEquals(MANY, received.get(60, TimeUnit.SECONDS));
            assertTrue(turns.most <= ReplayTurns.STEPS_PER_TURN, turns.most + " in one turn");
            assertTrue(pings > 1, pings + " pings");
        }
    }

    private static int receiveAll(TestClient subscriber) {
        try {
            for (int i = 0; i < MANY; i++) {
                byte[] packet = subscriber.receive();
                if (packet[0] != 0x31) return -i;
            }
            subscriber.expectNothingElse();
            return MANY;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A client that does not read is not sent more than its buffers hold, and gets the rest when it does. */
    @Test
    void aClientThatDoesNotReadHoldsItsOwnReplayUp() throws Exception {
        try (TestServer server = TestServer.startOnOneLoop()) {
            retain(server, 2000, 0, 10_000);
            TestClient subscriber = server.client()
                    .connectV3("s")
                    .send("82 06 00 01 00 01 '#' 00")
                    .expect("90 03 00 01 00");
            server.waitUntil(() -> server.listener.counters().publishesSent.sum() > 100);
            for (int i = 0; i < 20; i++) server.client().connectV3("c" + i).expectNothingElse();
            assertTrue(
                    server.listener.counters().publishesSent.sum() < 2000, "all went to a client that reads nothing");
            for (int i = 0; i < 2000; i++) subscriber.expectPacket("31");
            subscriber.expectNothingElse();
        }
    }

    /** MQTT-3.3.4-9: what is unacknowledged is bounded by the client, what waits in its queue by us. */
    @Test
    void aClientThatDoesNotAcknowledgeIsSentWhatItsWindowTakes() throws Exception {
        try (TestServer server = TestServer.startOnOneLoop()) {
            retain(server, 2000, 1);
            TestClient subscriber = server.client()
                    .send("10 11 00 04 'MQTT' 05 02 00 00 03 21 0002 00 01 'a'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 '#' 01")
                    .expect("90 04 00 01 00 01");
            subscriber.expectPacket("33").expectPacket("33").expectNothingElse();
            assertTrue(queued(server) <= 300, queued(server) + " in the queue");
            for (int i = 3; i <= 2000; i++) {
                subscriber.send("40 02 " + String.format("%04x", i - 2)).expectPacket("33");
            }
            subscriber.expectNothingElse();
        }
    }

    private static long queued(TestServer server) {
        return server.broker.defaultVirtualHost().queues().stream()
                .map(queue -> queue.status())
                .mapToLong(QueueStatus::ready)
                .sum();
    }

    /** §4.1: what waits to be sent to a session that stays is not cut off with its connection. */
    @Test
    void whatADisconnectCutsOffComesWithTheNextConnection() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient publisher = server.client().connectV3("p");
            for (int i = 0; i < 700; i++) RetainedReader.publish(publisher, i);
            RetainedReader reader = new RetainedReader();
            TestClient first = server.client()
                    .connectV3Persistent("s", 0)
                    .send("82 08 00 01 00 03 't/+' 01")
                    .expect("90 03 00 01 01");
            reader.acknowledge(first, 50);
            RetainedReader.awaitAcknowledged(first);
            first.close();
            server.waitUntilDisconnected(1);
            TestClient second = server.client().connectV3Persistent("s", 1);
            reader.acknowledge(second, 650);
            second.expectNothingElse();
            assertEquals(700, reader.topics());
            assertEquals(0, server.store.table("mqtt.replays").size());
        }
    }

    /** MQTT-3.10.4-3: what is in its queue may still come, the topics that were not reached do not. */
    @Test
    void anUnsubscribedFilterIsSentNothingMore() throws Exception {
        try (TestServer server = TestServer.startOnOneLoop()) {
            retain(server, 2000, 1);
            TestClient subscriber = server.client()
                    .send("10 16 00 04 'MQTT' 05 00 00 00 08 21 0002 11 00000e10 00 01 'a'")
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 '#' 01")
                    .expect("90 04 00 01 00 01")
                    .expectPacket("33")
                    .expectPacket("33")
                    .send("a2 06 00 02 00 00 01 '#'")
                    .expect("b0 04 00 02 00 00");
            assertEquals(0, server.store.table("mqtt.replays").size());
            int received = 2;
            for (int id = 1; id <= received; id++) {
                subscriber.send("40 02 " + String.format("%04x", id)).send("c0 00");
                for (byte[] packet = subscriber.receive(); packet[0] == 0x33; packet = subscriber.receive()) received++;
            }
            assertTrue(received < 600, received + " came");
        }
    }

    private static final PublishListener NOBODY = new PublishListener() {
        @Override
        public void onOutcome(long token, PublishOutcome outcome) {}

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    };
}
