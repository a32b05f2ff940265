package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * 10 GiB published and consumed, half over AMQP and half over MQTT: the log never takes more than 1 GiB of disk, a restart
 * takes at most 5 s, and a session's subscription and a queue that were made before the first byte are still there. {@code
 * -Dsignalbox.gibibytes=…} sets how much.
 */
@Tag("campaign")
@Isolated
final class DiskCampaignIT {

    private static final int BODY_BYTES = 64 << 10;
    private static final long GIB = 1L << 30;
    private static final long MOST_DISK_BYTES = GIB;
    private static final long MOST_RESTART_MILLIS = 5_000;
    private static final long SESSION_SECONDS = 86_400;
    private static final Duration LIMIT_FOR_HALF = Duration.ofMinutes(30);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
    private static final String QUEUE = "disk.kept";
    private static final String SESSION = "disk-session";

    private final long messagesOfHalf = Long.getLong("signalbox.gibibytes", 10) * GIB / BODY_BYTES / 2;
    private final byte[] body = new byte[BODY_BYTES];

    @Test
    void tenGibibytesGoThroughOneOfDisk() throws Exception {
        new Random(1).nextBytes(body);
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().onUsualJvm());
        try (DiskUsage disk = new DiskUsage(broker.dataDirectory())) {
            broker.control().addQueue(QUEUE);
            makeSession(broker);
            long start = System.nanoTime();
            broker.control().addQueue("disk.pump");
            try (AmqpPump pump = new AmqpPump(broker, "disk.pump", body, messagesOfHalf)) {
                awaitWithProgress("AMQP", pump.done(), pump::through, disk, start);
            }
            try (MqttPump pump = new MqttPump(broker, "disk/pump", body, messagesOfHalf)) {
                awaitWithProgress("MQTT", pump.done(), pump::through, disk, start);
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            broker.kill();
            long afterKill = restartMillis(broker);
            broker = restarted;
            assertEquals(0, broker.stop(), "exit code of a clean stop");
            long afterStop = restartMillis(broker);
            broker = restarted;
            System.out.printf(
                    "disk campaign: %.1f GiB in %d s, disk at most %d MiB, restart %d ms after kill -9, %d ms after a clean"
                            + " stop%n",
                    2.0 * messagesOfHalf * BODY_BYTES / GIB, seconds, disk.largestBytes() >> 20, afterKill, afterStop);
            assertTrue(disk.largestBytes() <= MOST_DISK_BYTES, "disk took " + disk.largestBytes() + " bytes");
            assertTrue(afterKill <= MOST_RESTART_MILLIS, "restart after a kill took " + afterKill + " ms");
            assertTrue(afterStop <= MOST_RESTART_MILLIS, "restart after a stop took " + afterStop + " ms");
            assertSessionIsStillThere(broker);
            assertQueueIsStillThere(broker);
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    private BrokerProcess restarted;

    private long restartMillis(BrokerProcess ended) {
        long start = System.nanoTime();
        restarted = ended.restart();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static void makeSession(BrokerProcess broker) {
        Mqtt5BlockingClient client = MqttClients.mqtt5(broker, SESSION);
        client.connectWith()
                .cleanStart(true)
                .sessionExpiryInterval(SESSION_SECONDS)
                .send();
        client.subscribeWith()
                .topicFilter("disk/kept/+")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        client.disconnect();
    }

    private void awaitWithProgress(
            String protocol, CompletableFuture<Void> done, LongSupplier through, DiskUsage disk, long start) {
        long deadline = System.nanoTime() + LIMIT_FOR_HALF.toNanos();
        while (!Await.holdsWithin(PROGRESS_INTERVAL, done::isDone) && System.nanoTime() < deadline) {
            System.out.printf(
                    "%s: %5.2f of %.2f GiB after %d s, disk %d MiB, at most %d MiB%n",
                    protocol,
                    (double) through.getAsLong() * BODY_BYTES / GIB,
                    (double) messagesOfHalf * BODY_BYTES / GIB,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                    disk.nowBytes() >> 20,
                    disk.largestBytes() >> 20);
        }
        Await.get("everything through " + protocol, Duration.ofSeconds(1), done);
    }

    private static void assertSessionIsStillThere(BrokerProcess broker) throws InterruptedException {
        Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "disk-publisher");
        publisher.connect();
        publisher
                .publishWith()
                .topic("disk/kept/x")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("kept".getBytes(UTF_8))
                .send();
        publisher.disconnect();
        Mqtt5BlockingClient client = MqttClients.mqtt5(broker, SESSION);
        Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL);
        assertTrue(client.connectWith().cleanStart(false).send().isSessionPresent(), "the session is gone");
        assertEquals(
                "kept",
                new String(publishes.receive(10, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes(), UTF_8),
                "through the subscription that was made before the first byte");
        client.disconnect();
    }

    private static void assertQueueIsStillThere(BrokerProcess broker) {
        assertEquals(0, broker.control().depth(QUEUE));
        CompletableFuture<String> received = new CompletableFuture<>();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "after the restart")) {
            DurableSender sender = DurableSender.attach(peer, QUEUE);
            CompletableFuture<Boolean> accepted = new CompletableFuture<>();
            peer.call(session ->
                    sender.send("kept".getBytes(UTF_8), outcome -> accepted.complete(outcome instanceof Accepted)));
            assertTrue(Await.get("the answer", accepted));
            SettlingReceiver.attach(peer, QUEUE, 1, message -> received.complete(new String(message.body(), UTF_8)));
            assertEquals("kept", Await.get("the message", received));
        }
    }
}
