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
import io.signalbox.conformance.process.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A message that the disk has changed: its queue goes on without it, it is reported with file and place and counted, and it is still
 * there for whoever brings the bytes back.
 */
final class DamagedMessageIT {
    private static final int MESSAGES = 600;
    private static final int BODY_BYTES = 16 << 10;
    private static final int DAMAGED = 345;
    private static final String QUEUE = "disk.damaged";

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
    void theQueueGoesOnWithoutItAndItStays() throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh());
        try {
            broker.control().addQueue(QUEUE);
            send(broker);
            DataFiles.awaitCheckpoints(broker.dataDirectory());
            assertEquals(0, broker.stop());
            invert(broker.dataDirectory());
            broker = broker.restart();
            Set<Integer> read = read(broker, MESSAGES - 1);
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
            invert(broker.dataDirectory());
            broker = broker.restart();
            assertEquals(Set.of(DAMAGED), read(broker, 1));
            assertEquals(0, Metrics.of(broker.http()).value("signalbox_queue_messages_damaged"));
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(broker.dataDirectory());
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

    /** In the middle of the message. */
    private static void invert(Path directory) throws IOException {
        byte[] needle = ("message " + DAMAGED + " of these. ").repeat(2).getBytes(UTF_8);
        DataFiles.invertBit(directory, needle, BODY_BYTES / 2);
    }
}
