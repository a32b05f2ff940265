package io.signalbox.conformance.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A broker on a real ext4 of 64 MiB that publishers of four kinds fill: each is told in the way of its protocol, all else goes on,
 * consumption alone ends it; then again, with somebody else writing the disk full to the last block, and a kill -9 in that state.
 */
final class FullDiskIT {

    private static final long DISK_BYTES = 64L << 20;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Test
    void publishersAreToldConsumersGoOnAndNothingConfirmedIsLost() throws Exception {
        Optional<LoopDisk> mounted = LoopDisk.mount(DISK_BYTES);
        if (mounted.isEmpty())
            System.out.println("full disk: skipped, as this process may not mount an ext4 in a file");
        Assumptions.assumeTrue(mounted.isPresent(), "no file system in a file can be mounted here");
        try (LoopDisk disk = mounted.get()) {
            fillAndDrain(disk);
        }
    }

    private static void fillAndDrain(LoopDisk disk) throws Exception {
        BrokerOptions options = new BrokerOptions(
                disk.directory().resolve("data"), Map.of("data.segment-size", "4MiB"), List.of("-Xmx512m"), List.of());
        Set<String> confirmed;
        Set<String> settled;
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            for (String queue : List.of(FillingClients.QUEUE, FillingClients.JMS_QUEUE, "small")) {
                broker.control().addQueue(queue);
            }
            DrainingClients.makeSession(broker);
            try (FillingClients filling = FillingClients.connect(broker)) {
                int taken = filling.fill("one");
                assertTrue(taken > 500, taken + " messages of 32 KiB were taken");
                long usable = disk.usableBytes();
                assertTrue(usable > 0, "publishers are refused before nothing is left");
                assertShown(broker);
                assertWhatNeedsNoDiskGoesOn(broker);
                try (DrainingClients draining = DrainingClients.connect(broker)) {
                    draining.awaitAll(filling.confirmed());
                    // the same publishers, the same links: they go on by themselves
                    filling.publishWithAll("between");
                    draining.awaitAll(filling.confirmed());
                }
                assertEquals(0, Metrics.of(broker.http()).value("signalbox_store_disk_full"));
                assertLogged(broker, 1, 1);
                Set<String> drained = Set.copyOf(filling.confirmed());

                filling.fill("two");
                confirmed = new HashSet<>(filling.confirmed());
                confirmed.removeAll(drained);
                disk.fill();
                settled = settleSome(broker);
                confirmed.removeAll(settled);
                broker.kill();
            }
        }
        restartAndDrain(disk, options, confirmed, settled);
    }

    private static void assertLogged(BrokerProcess broker, long warnings, long ends) {
        List<String> lines = broker.output().lines();
        assertEquals(
                warnings,
                lines.stream()
                        .filter(line -> line.contains("Publishers are refused"))
                        .count(),
                lines::toString);
        assertEquals(
                ends,
                lines.stream()
                        .filter(line -> line.contains("There is room on the disk again"))
                        .count(),
                lines::toString);
    }

    private static void assertShown(BrokerProcess broker) throws Exception {
        Metrics metrics = Metrics.of(broker.http());
        assertEquals(1, metrics.value("signalbox_store_disk_full"));
        assertTrue(metrics.value("signalbox_messages_refused_disk_total") >= 4, metrics.text());
        assertEquals(0, metrics.value("signalbox_store_failed"));
        URI ready = URI.create("http://127.0.0.1:" + broker.http().getPort() + "/health/ready");
        var page = HTTP.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString());
        assertEquals(200, page.statusCode());
        assertTrue(page.body().startsWith("ready; publishers are refused."), page.body());
    }

    private static void assertWhatNeedsNoDiskGoesOn(BrokerProcess broker) {
        Mqtt5BlockingClient subscriber = MqttClients.mqtt5(broker, "live-subscriber");
        Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "live-publisher");
        AtomicInteger received = new AtomicInteger();
        subscriber.toAsync().publishes(MqttGlobalPublishFilter.ALL, publish -> received.incrementAndGet());
        subscriber.connect();
        publisher.connect();
        subscriber
                .subscribeWith()
                .topicFilter("live")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        for (MqttQos qos : List.of(MqttQos.AT_MOST_ONCE, MqttQos.AT_LEAST_ONCE, MqttQos.EXACTLY_ONCE)) {
            publisher.publishWith().topic("live").qos(qos).payload(new byte[10]).send();
        }
        Await.until("messages to a live subscriber", () -> received.get() == 3);
        broker.control().addQueue("made while the disk is full");
        publisher.disconnect();
        subscriber.disconnect();
    }

    /** Not a single block is free, and settlements are confirmed all the same; what they settled may not come again. */
    private static Set<String> settleSome(BrokerProcess broker) {
        Set<String> settled = new HashSet<>();
        AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "settling");
        AtomicInteger done = new AtomicInteger();
        SettlingReceiver.attach(peer, FillingClients.QUEUE, 1, message -> {
            String text = FillingClients.textOf(message.body());
            if (settled.size() == 5) return;
            settled.add(text);
            message.accept(done::incrementAndGet);
        });
        Await.until("five settlements on a full disk", () -> done.get() == 5);
        peer.abort();
        return settled;
    }

    private static void restartAndDrain(
            LoopDisk disk, BrokerOptions options, Set<String> confirmed, Set<String> settled) throws Exception {
        assertTrue(disk.usableBytes() < 1 << 20, disk.usableBytes() + " bytes are free");
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Mqtt5BlockingClient publisher = MqttClients.mqtt5(broker, "after");
            publisher.connect();
            // What had been reserved for settlements is free again, and soon filled.
            Set<String> wanted = new HashSet<>(confirmed);
            for (int i = 0; publish(publisher, "again " + i); i++) wanted.add("again " + i);
            assertTrue(isShort(broker));
            try (Connection connection = JmsClient.connect(broker)) {
                Session session = connection.createSession();
                var producer = session.createProducer(session.createQueue("small"));
                var message = session.createTextMessage("waits for credit");
                CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                    try {
                        producer.send(message);
                    } catch (JMSException e) {
                        throw new AssertionError(e);
                    }
                });
                assertFalse(Await.holdsWithin(Duration.ofMillis(500), sent::isDone), "there is no credit");
                try (DrainingClients draining = DrainingClients.connect(broker)) {
                    draining.awaitAll(wanted);
                    Await.get("the send that waited", sent);
                    assertEquals(Set.of(), draining.receivedOf(settled), "their settlement was confirmed");
                }
                assertEquals(1, broker.control().depth("small"));
            }
            Await.until("room, by consumption alone", () -> !isShort(broker));
            assertTrue(publish(publisher, "after"));
            publisher.disconnect();
            assertLogged(broker, 1, 1);
            assertEquals(0, broker.stop());
        }
        Path filler = disk.directory().resolve("filler");
        assertTrue(Files.deleteIfExists(filler), "it was there all the time");
    }

    /** Whether it was taken and not refused. */
    private static boolean publish(Mqtt5BlockingClient publisher, String text) {
        try {
            publisher
                    .publishWith()
                    .topic(FillingClients.TOPIC)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(FillingClients.body(text))
                    .send();
            return true;
        } catch (Mqtt5PubAckException refused) {
            assertEquals(
                    Mqtt5PubAckReasonCode.QUOTA_EXCEEDED,
                    refused.getMqttMessage().getReasonCode());
            return false;
        }
    }

    private static boolean isShort(BrokerProcess broker) {
        try {
            return Metrics.of(broker.http()).value("signalbox_store_disk_full") == 1;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
