package io.signalbox.conformance.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * 10 GiB published, of which one message in twenty stays: a minute after the last, the disk has at most twice what lives and 1 GiB, and
 * every message that stayed is delivered; also when the broker is killed again and again while it cleans and someone reads. {@code
 * -Dsignalbox.gibibytes=…} sets how much, {@code -Dsignalbox.seed=…} what stays.
 */
@Tag("campaign")
@Isolated
final class CleanerCampaignIT {

    private static final int BODY_BYTES = 16 << 10;
    private static final long GIB = 1L << 30;
    private static final int KILLS = Integer.getInteger("signalbox.kills", 6);
    private static final Duration LIMIT_FOR_CLEANING = Duration.ofSeconds(60);
    private static final Duration LIMIT_FOR_FILLING = Duration.ofMinutes(30);
    private static final Duration LIMIT_FOR_READING = Duration.ofMinutes(5);
    private static final String READ = "cleaner.read";
    private static final String KEPT = "cleaner.kept";

    private final long seed = Long.getLong("signalbox.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final long messages = Long.getLong("signalbox.gibibytes", 10) * GIB / BODY_BYTES;

    /** Confirmed and in the queue. */
    private final Set<Long> left = ConcurrentHashMap.newKeySet();

    /** Their settlement was confirmed. */
    private final Set<Long> settled = ConcurrentHashMap.newKeySet();

    /** Read, and whether the settlement is durable was not heard before a kill. */
    private final Set<Long> doubtful = ConcurrentHashMap.newKeySet();

    private volatile String wrong = "";

    private void fill(BrokerProcess broker) {
        broker.control().addQueue(READ);
        broker.control().addQueue(KEPT);
        long start = System.nanoTime();
        try (Leftovers leftovers = new Leftovers(broker, READ, KEPT, BODY_BYTES, messages, random)) {
            Await.get("all published", LIMIT_FOR_FILLING, leftovers.done());
            left.addAll(leftovers.kept());
            Await.until("all consumed", () -> leftovers.consumed() == messages - left.size());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.printf(
                "cleaner campaign, seed %d: %d messages in %d ms, %d stay%n", seed, messages, millis, left.size());
    }

    private long boundBytes() {
        return 2L * left.size() * (BODY_BYTES + 256) + GIB;
    }

    /** How long it took until the disk had no more than it may have. */
    private long awaitBound(DiskUsage disk) {
        long start = System.nanoTime();
        long before = disk.nowBytes();
        Await.until(
                "the disk is cleaned",
                LIMIT_FOR_CLEANING,
                () -> disk.nowBytes() > 0 && disk.nowBytes() <= boundBytes());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.printf(
                "disk %d MiB when the last had ended, %d MiB (bound %d) after %d ms%n",
                before >> 20, disk.nowBytes() >> 20, boundBytes() >> 20, millis);
        return millis;
    }

    @Test
    void whatFewMessagesKeepIsGivenBack() {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().onUsualJvm());
        try (DiskUsage disk = new DiskUsage(broker.dataDirectory())) {
            fill(broker);
            awaitBound(disk);
            readAll(broker);
            assertEquals("", wrong, "seed " + seed);
            System.out.printf("disk at most %d MiB%n", disk.largestBytes() >> 20);
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    @Test
    void nothingIsLostWhenTheCleanerIsKilledWhileSomeoneReads() {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.fresh().onUsualJvm());
        try (DiskUsage disk = new DiskUsage(broker.dataDirectory())) {
            fill(broker);
            for (int kill = 0; kill < KILLS; kill++) {
                try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "reader")) {
                    read(peer, 64, messages / Leftovers.ONE_IN / KILLS / 2);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(2500)));
                    broker.kill();
                }
                broker = broker.restart();
                System.out.printf(
                        "kill %d: %d left, disk %d MiB, ready after %d ms%n",
                        kill + 1, left.size(), disk.nowBytes() >> 20, broker.startMillis());
                assertEquals("", wrong, "seed " + seed);
            }
            awaitBound(disk);
            readAll(broker);
            assertEquals("", wrong, "seed " + seed);
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(broker.dataDirectory());
    }

    private void readAll(BrokerProcess broker) {
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "last reader")) {
            read(peer, 256, Long.MAX_VALUE);
            Await.until(
                    "seed " + seed + ": the queue is empty",
                    LIMIT_FOR_READING,
                    () -> broker.control().depth(KEPT) == 0 || !wrong.isEmpty());
        }
        left.removeAll(doubtful);
        assertEquals(Set.of(), left, "seed " + seed + ": confirmed, not read, and not there");
        assertTrue(settled.size() >= messages / Leftovers.ONE_IN / 2, "read: " + settled.size());
    }

    /** @param most so many are settled, and the others that come are not */
    private void read(AmqpPeer peer, int credit, long most) {
        AtomicLong unread = new AtomicLong(most);
        SettlingReceiver.attach(peer, KEPT, credit, received -> {
            long number = Leftovers.number(received.body());
            if (settled.contains(number)) wrong = number + " came again after its settlement was confirmed";
            else if (!left.contains(number) && !doubtful.contains(number)) wrong = number + " was never sent";
            if (unread.getAndDecrement() <= 0) return;
            doubtful.add(number);
            received.accept(() -> {
                settled.add(number);
                left.remove(number);
            });
        });
    }
}
