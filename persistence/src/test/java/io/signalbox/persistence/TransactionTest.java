package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are appended bit by bit, and moves, on a store with its threads. */
class TransactionTest {
    private static final StoreSettings SMALL = StoreSettings.ofSegments(1 << 20);

    @TempDir
    Path directory;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static WriteBatch publish(String body, long queueId) {
        return new WriteBatch().message(PlainFormat.message("a", utf8(body))).enqueueTo(queueId, 0);
    }

    /** A move of the message there. */
    private static WriteBatch move(long lsn, int bodyBytes, long queueId) {
        Message named = new Message(
                PlainFormat.message("moved", new byte[0]).envelope(),
                PlainFormat.PLAIN,
                new Body.Stored(lsn, bodyBytes));
        return new WriteBatch().message(named).enqueueTo(queueId, 0);
    }

    private static List<String> bodies(StoreLife life) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (StoreLife.Entry entry : life.entries) {
            byte[] body = life.read(entry.lsn()).get(0).content().compact().bytes();
            bodies.add(entry.queueId() + " " + new String(body, StandardCharsets.UTF_8));
        }
        return bodies;
    }

    @Test
    void whatIsCommittedComesBackAndWhatIsNotNever() throws Exception {
        long settled;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StateTable table = life.store.table("t");
            settled = life.durably(publish("before", 1));
            StoreLife.Open kept = life.new Open();
            StoreLife.Open open = life.new Open();
            StoreLife.Open abandoned = life.new Open();
            kept.add(publish("one", 1));
            open.add(publish("open", 1).put(table, utf8("open"), utf8("1")));
            abandoned.add(publish("abandoned", 1));
            kept.add(new WriteBatch().settle(1, settled).put(table, utf8("k"), utf8("1")));
            assertEquals(Optional.empty(), table.get(utf8("k")), "a change waits for the commit");
            long between = life.append(new WriteBatch().put(table, utf8("k"), utf8("0")));
            kept.add(publish("two", 2));
            abandoned.transaction.abandon();
            assertTrue(kept.transaction.bytes() >= 2 * 64, "bytes " + kept.transaction.bytes());
            long lsn = kept.commit();
            assertTrue(lsn > between);
            assertArrayEquals(utf8("1"), table.get(utf8("k")).orElseThrow(), "it is later than what came between");
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(List.of("1 one", "2 two"), bodies(life));
            assertArrayEquals(utf8("1"), life.store.table("t").get(utf8("k")).orElseThrow());
            assertEquals(Optional.empty(), life.store.table("t").get(utf8("open")));
        }
    }

    @Test
    void itMayBeLargerThanASegment() throws Exception {
        int messages = 300;
        byte[] body = new byte[10_000];
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StoreLife.Open one = life.new Open();
            for (int i = 0; i < messages; i++) {
                WriteBatch batch = new WriteBatch()
                        .message(PlainFormat.message("a", body))
                        .enqueueTo(i, 0)
                        .lazy();
                one.add(batch);
            }
            assertTrue(one.transaction.bytes() > 2L << 20);
            one.commit();
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(messages, life.entries.size());
        }
    }

    @Test
    void whatTheCommitCouldNotTakeIsRefusedWhenItIsAdded() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StoreLife.Open one = life.new Open();
            one.add(publish("taken", 1));
            WriteBatch many = new WriteBatch();
            for (int i = 0; i < SMALL.maxRecordBytes() / LogRecord.SETTLEMENT_BYTES; i++) many.settle(1, i);
            assertThrows(IllegalArgumentException.class, () -> one.add(many));
            byte[] value = new byte[SMALL.maxBatchBytes() / 2 + 1];
            StateTable table = life.store.table("t");
            one.add(new WriteBatch().put(table, utf8("k"), value));
            WriteBatch another = new WriteBatch().put(table, utf8("l"), value);
            assertThrows(IllegalArgumentException.class, () -> one.add(another));
            one.commit();
            assertEquals(1, table.size());
            assertThrows(IllegalStateException.class, one.transaction::commit);
            assertThrows(IllegalStateException.class, one.transaction::abandon);
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(List.of("1 taken"), bodies(life));
        }
    }

    /** No image tells of it, and no queue has it. */
    @Test
    void whatIsAheadOfItsCommitStaysWhenItsSegmentIsCleaned() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StoreLife.Open one = life.new Open();
            life.durably(publish("stays", 1));
            one.add(publish("ahead", 2));
            one.add(publish("ahead, too", 3));
            churn(life);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!isSomethingCleaned()) {
                assertTrue(System.nanoTime() < deadline, "nothing was cleaned");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            one.commit();
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(Set.of("1 stays", "2 ahead", "3 ahead, too"), Set.copyOf(bodies(life)));
        }
    }

    private boolean isSomethingCleaned() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("cold-"));
        }
    }

    /** The images of a checkpoint tell of those that were committed below it, and of others perhaps not. */
    @Test
    void whatACheckpointMayNotTellOfIsKnownUntilTheNext() {
        OpenParts open = new OpenParts();
        PartList parts = new PartList();
        open.add(parts);
        parts.add(64, 1);
        parts.add(128, 2);
        List<Long> known = new ArrayList<>();
        open.forgetBelow(1000);
        open.forEach(known::add);
        assertEquals(List.of(64L, 128L), known, "they are not committed");
        parts.committed(256);
        open.forgetBelow(256);
        open.forEach(known::add);
        assertEquals(List.of(64L, 128L, 64L, 128L), known, "the commit lies above");
        open.forgetBelow(257);
        open.forEach(known::add);
        assertEquals(4, known.size());
    }

    @Test
    void anEmptyOneWaitsForNothing() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(0, life.store.begin().commit());
            life.store.begin().abandon();
        }
    }

    @Test
    void aMoveNamesTheBodyAndAMoveOfAMoveTheSame() throws Exception {
        byte[] body = new byte[200_000];
        body[7] = 1;
        long first;
        long second;
        long third;
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            first = life.durably(
                    new WriteBatch().message(PlainFormat.message("a", body)).enqueueTo(1, 0));
            second = life.durably(move(first, body.length, 2).settle(1, first));
            third = life.durably(move(second, body.length, 3).settle(2, second));
            assertTrue(third - first < 2 * body.length, "it lies there once");
            Message read = life.read(third).get(0);
            assertArrayEquals(body, read.content().compact().bytes());
            assertEquals("moved", read.envelope().address());
            assertThrows(IllegalArgumentException.class, () -> life.store.append(move(first - (1 << 20), 1, 4)));
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(1, life.entries.size());
            assertEquals(third, life.entries.get(0).lsn());
            assertArrayEquals(body, life.read(third).get(0).content().compact().bytes());
        }
    }

    /** Its segment is given back when the last record that names it has ended, and not before. */
    @Test
    void theBodyOfAMoveStaysAsLongAsTheMove() throws Exception {
        byte[] body = utf8("the body");
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            long first = life.durably(publish("the body", 1));
            long moved = life.durably(move(first, body.length, 2).settle(1, first));
            churn(life);
            assertTrue(livingBytes(life) > 0);
            assertArrayEquals(body, life.read(moved).get(0).content().compact().bytes());
            life.durably(new WriteBatch().settle(2, moved));
            awaitNothingLives(life);
        }
    }

    @Test
    void whatWasAbandonedKeepsNothing() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            StoreLife.Open one = life.new Open();
            WriteBatch first = publish("one", 1).enqueueTo(2, 0);
            one.add(first);
            one.add(move(first.enqueueLsn(), 3, 3));
            life.awaitForce(first.enqueueLsn());
            assertTrue(livingBytes(life) > 0);
            one.transaction.abandon();
            churn(life); // the housekeeper counts it off meanwhile
            awaitNothingLives(life);
        }
    }

    /** Ends are counted a moment after they are durable. */
    private static void awaitNothingLives(StoreLife life) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (livingBytes(life) > 0) {
            assertTrue(System.nanoTime() < deadline, livingBytes(life) + " bytes live");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static long livingBytes(StoreLife life) {
        return life.store.status().livingBytes();
    }

    /** Writes some segments full of what is settled at once. */
    private static void churn(StoreLife life) throws Exception {
        for (int i = 0; i < 60; i++) {
            long lsn = life.durably(new WriteBatch()
                    .message(PlainFormat.message("c", new byte[100_000]))
                    .enqueueTo(9, 0));
            life.durably(new WriteBatch().settle(9, lsn));
        }
    }
}
