package io.signalbox.conformance.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;

/** What the disk has changed is found by a running broker before anybody reads it. */
final class ScrubIT {
    private static final int MESSAGES = 1200;
    private static final int DAMAGED = 700;
    private static final String QUEUE = "disk.scrubbed";

    @Test
    void aChangedMessageIsFoundToldOnceAndNotDelivered() throws Exception {
        BrokerProcess broker = BrokerProcess.start(
                BrokerOptions.fresh().with("data.segment-size", "4MiB").with("data.scrub-rate", "64MiB"));
        Path directory = broker.dataDirectory();
        try {
            broker.control().addQueue(QUEUE);
            NumberedMessages.send(broker, QUEUE, MESSAGES);
            DataFiles.awaitCheckpoints(directory);
            assertEquals(0, broker.stop());
            NumberedMessages.invertBit(directory, DAMAGED);
            broker = broker.restart();
            BrokerProcess running = broker;
            Await.until("the damage is found", () -> metric(running, "signalbox_store_damaged_places") > 0);
            Await.until("its message is set apart", () -> metric(running, "signalbox_queue_messages_damaged") == 1);
            String status = new Cli(directory).succeed("", "status");
            assertTrue(status.contains("; damaged places: 1,") && status.contains("and 1 that are damaged"), status);
            Set<Integer> read = NumberedMessages.settle(broker, QUEUE, MESSAGES);
            assertEquals(MESSAGES - 1, read.size());
            assertTrue(!read.contains(DAMAGED), "what the disk has changed was delivered");
            List<String> told = broker.output().lines().stream()
                    .filter(line -> line.contains("event=damage_found") || line.contains("event=message_damaged"))
                    .toList();
            assertEquals(1, told.size(), told::toString);
            assertTrue(told.get(0).contains("queues=\"" + QUEUE + " (1)\""), told.get(0));
            assertTrue(told.get(0).contains("seg-") && told.get(0).contains("at offset"), told.get(0));
            DataFiles.awaitCheckpoints(directory);
            assertEquals(0, broker.stop());
            NumberedMessages.invertBit(directory, DAMAGED);
            broker = broker.restart();
            assertEquals(Set.of(DAMAGED), NumberedMessages.settle(broker, QUEUE, MESSAGES));
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
}
