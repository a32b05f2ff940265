package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.Transaction;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

    private static void add(Transaction transaction, WriteBatch batch, MessageStore store) throws Exception {
        untilThereIsSpace(store, () -> transaction.add(batch));
    }

    /** Commits, and waits until that is durable. */
    private static long commit(Transaction transaction, StoreLife life) throws Exception {
        long lsn = untilThereIsSpace(life.store, transaction::commit);
        life.awaitForce(lsn);
        return lsn;
    }

    private static long untilThereIsSpace(MessageStore store, LongSupplier attempt) throws Exception {
        while (true) {
            long lsn = attempt.getAsLong();
            if (lsn != MessageStore.FULL) return lsn;
            CountDownLatch space = new CountDownLatch(1);
            store.whenSpace(space::countDown);
            assertTrue(space.await(20, TimeUnit.SECONDS), "no space");
        }
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
            Transaction kept = life.store.begin();
            Transaction open = life.store.begin();
            Transaction abandoned = life.store.begin();
            add(kept, publish("one", 1), life.store);
            add(open, publish("open", 1).put(table, utf8("open"), utf8("1")), life.store);
            add(abandoned, publish("abandoned", 1), life.store);
            add(kept, new WriteBatch().settle(1, settled).put(table, utf8("k"), utf8("1")), life.store);
            assertEquals(Optional.empty(), table.get(utf8("k")), "a change waits for the commit");
            long between = life.append(new WriteBatch().put(table, utf8("k"), utf8("0")));
            add(kept, publish("two", 2), life.store);
            abandoned.abandon();
            assertTrue(kept.bytes() >= 2 * 64, "bytes " + kept.bytes());
            long lsn = commit(kept, life);
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
            Transaction transaction = life.store.begin();
            for (int i = 0; i < messages; i++) {
                WriteBatch batch = new WriteBatch()
                        .message(PlainFormat.message("a", body))
                        .enqueueTo(i, 0)
                        .lazy();
                add(transaction, batch, life.store);
            }
            assertTrue(transaction.bytes() > 2L << 20);
            commit(transaction, life);
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(messages, life.entries.size());
        }
    }

    @Test
    void whatTheCommitCouldNotTakeIsRefusedWhenItIsAdded() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            Transaction transaction = life.store.begin();
            add(transaction, publish("taken", 1), life.store);
            WriteBatch many = new WriteBatch();
            for (int i = 0; i < SMALL.maxRecordBytes() / LogRecord.SETTLEMENT_BYTES; i++) many.settle(1, i);
            assertThrows(IllegalArgumentException.class, () -> transaction.add(many));
            byte[] value = new byte[SMALL.maxBatchBytes() / 2 + 1];
            StateTable table = life.store.table("t");
            add(transaction, new WriteBatch().put(table, utf8("k"), value), life.store);
            WriteBatch another = new WriteBatch().put(table, utf8("l"), value);
            assertThrows(IllegalArgumentException.class, () -> transaction.add(another));
            commit(transaction, life);
            assertEquals(1, table.size());
            assertThrows(IllegalStateException.class, transaction::commit);
            assertThrows(IllegalStateException.class, transaction::abandon);
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            assertEquals(List.of("1 taken"), bodies(life));
        }
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
            assertEquals(0, livingBytes(life));
        }
    }

    @Test
    void whatWasAbandonedKeepsNothing() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            Transaction transaction = life.store.begin();
            WriteBatch first = publish("one", 1).enqueueTo(2, 0);
            add(transaction, first, life.store);
            add(transaction, move(first.enqueueLsn(), 3, 3), life.store);
            life.awaitForce(first.enqueueLsn());
            assertTrue(livingBytes(life) > 0);
            transaction.abandon();
            churn(life); // the housekeeper counts it off meanwhile
            assertEquals(0, livingBytes(life));
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
