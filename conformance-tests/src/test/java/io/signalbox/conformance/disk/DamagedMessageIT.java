package io.signalbox.conformance.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A message that the disk has changed: its queue goes on without it, it is reported with file and place and counted, and it is still
 * there for whoever brings the bytes back.
 */
final class DamagedMessageIT {
    private static final int MESSAGES = 600;
    private static final int DAMAGED = 345;
    private static final String QUEUE = "disk.damaged";

    @Test
    void theQueueGoesOnWithoutItAndItStays() throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh());
        try {
            broker.control().addQueue(QUEUE);
            NumberedMessages.send(broker, QUEUE, MESSAGES);
            DataFiles.awaitCheckpoints(broker.dataDirectory());
            assertEquals(0, broker.stop());
            NumberedMessages.invertBit(broker.dataDirectory(), DAMAGED);
            broker = broker.restart();
            Set<Integer> read = NumberedMessages.settle(broker, QUEUE, MESSAGES);
            assertEquals(MESSAGES - 1, read.size());
            assertTrue(!read.contains(DAMAGED), "what the disk has changed was delivered");
            assertEquals(1, Metrics.of(broker.http()).value("signalbox_queue_messages_damaged"));
            List<String> reports = broker.output().lines().stream()
                    .filter(line -> line.contains("event=message_damaged"))
                    .toList();
            assertEquals(1, reports.size(), reports::toString);
            assertTrue(reports.get(0).contains("queue=" + QUEUE), reports.get(0));
            assertTrue(reports.get(0).contains("seg-") && reports.get(0).contains("at offset"), reports.get(0));
            DataFiles.awaitCheckpoints(broker.dataDirectory());
            assertEquals(0, broker.stop());
            NumberedMessages.invertBit(broker.dataDirectory(), DAMAGED);
            broker = broker.restart();
            assertEquals(Set.of(DAMAGED), NumberedMessages.settle(broker, QUEUE, MESSAGES));
            assertEquals(0, Metrics.of(broker.http()).value("signalbox_queue_messages_damaged"));
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(broker.dataDirectory());
    }
}
