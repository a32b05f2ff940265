package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Cli;
import io.signalbox.conformance.process.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the disk has changed is found by a running broker before anybody reads it. */
final class ScrubIT {
    private static final int MESSAGES = 1200;
    private static final int BODY_BYTES = 16 << 10;
    private static final int DAMAGED = 700;
    private static final String QUEUE = "disk.scrubbed";

    private static byte[] body(int number) {
        String mark = "message " + number + " of these. ";
        return mark.repeat(BODY_BYTES / mark.length() + 1)
                .substring(0, BODY_BYTES)
                .getBytes(UTF_8);
    }

    private static int number(byte[] body) {
        return Integer.parseInt(new String(body, 8, 8, UTF_8).split(" ", 2)[0]); // behind "message "
    }

    @Test
    void aChangedMessageIsFoundToldOnceAndNotDelivered() throws Exception {
        BrokerProcess broker = BrokerProcess.start(
                BrokerOptions.fresh().with("data.segment-size", "4MiB").with("data.scrub-rate", "64MiB"));
        Path directory = broker.dataDirectory();
        byte[] needle = ("message " + DAMAGED + " of these. ").repeat(2).getBytes(UTF_8);
        try {
            broker.control().addQueue(QUEUE);
            send(broker);
            DataFiles.awaitCheckpoints(directory);
            assertEquals(0, broker.stop());
            DataFiles.invertBit(directory, needle, BODY_BYTES / 2);
            broker = broker.restart();
            BrokerProcess running = broker;
            Await.until("the damage is found", () -> metric(running, "signalbox_store_damaged_places") > 0);
            Await.until("its message is set apart", () -> metric(running, "signalbox_queue_messages_damaged") == 1);
            String status = new Cli(directory).succeed("", "status");
            assertTrue(status.contains("; damaged places: 1,") && status.contains("and 1 that are damaged"), status);
            Set<Integer> read = read(broker, MESSAGES - 1);
            assertTrue(!read.contains(DAMAGED), "what the disk has changed was delivered");
            List<String> told = broker.output().lines().stream()
                    .filter(line -> line.contains("event=damage_found") || line.contains("event=message_damaged"))
                    .toList();
            assertEquals(1, told.size(), told::toString);
            assertTrue(told.get(0).contains("queues=\"" + QUEUE + " (1)\""), told.get(0));
            assertTrue(told.get(0).contains("seg-") && told.get(0).contains("at offset"), told.get(0));
            DataFiles.awaitCheckpoints(directory);
            assertEquals(0, broker.stop());
            DataFiles.invertBit(directory, needle, BODY_BYTES / 2);
            broker = broker.restart();
            assertEquals(Set.of(DAMAGED), read(broker, 1));
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(directory);
    }

    private static double metric(BrokerProcess broker, String name) {
        try {
            return Metrics.of(broker.http()).value(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while reading the metrics", e);
        }
    }

    private static void send(BrokerProcess broker) {
        AtomicInteger accepted = new AtomicInteger();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "sender")) {
            DurableSender sender = DurableSender.attach(peer, QUEUE);
            int[] sent = {0};
            peer.call(session -> peer.onTurn(() -> {
                while (sent[0] < MESSAGES && sender.isSendable() && sender.inFlight() < 100) {
                    sender.send(body(sent[0]++), outcome -> accepted.incrementAndGet());
                }
            }));
            Await.until("all are confirmed", () -> accepted.get() == MESSAGES);
        }
    }

    /** Reads and settles until so many have come and no more comes. */
    private static Set<Integer> read(BrokerProcess broker, int expected) {
        Set<Integer> read = ConcurrentHashMap.newKeySet();
        AtomicInteger confirmed = new AtomicInteger();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "receiver")) {
            SettlingReceiver.attach(peer, QUEUE, 50, message -> {
                read.add(number(message.body()));
                message.accept(confirmed::incrementAndGet);
            });
            Await.until("the others come", () -> confirmed.get() >= expected);
            Await.until("no more waits", () -> broker.control().depth(QUEUE) == 0);
        }
        assertEquals(expected, read.size());
        return read;
    }
}
