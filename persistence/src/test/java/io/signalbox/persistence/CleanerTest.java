package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.ImageReader;
import io.signalbox.broker.store.StoreStatus;
import io.signalbox.broker.store.WriteBatch;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanerTest {
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final StoreSettings SMALL = StoreSettings.ofSegments(SEGMENT_BYTES);
    private static final int MESSAGES = 12_000;
    private static final long SEED = Long.getLong("signalbox.seed", 5);
    private static final ImageReader LSNS = (image, visitor) -> {
        for (ByteBuffer lsns = ByteBuffer.wrap(image); lsns.hasRemaining(); ) visitor.accept(lsns.getLong());
    };

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);

    /** What is to be there, by LSN. */
    private final TreeMap<Long, byte[]> living = new TreeMap<>();

    /** Publishes, and settles nearly all of it at random. */
    private void fill(StoreLife life) throws Exception {
        List<Long> lsns = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            byte[] body = new byte[random.nextInt(2000)];
            random.nextBytes(body);
            long lsn = life.append(new WriteBatch()
                    .message(PlainFormat.message("a", body))
                    .enqueueTo(7, 0)
                    .enqueueTo(8, 0));
            lsns.add(lsn);
            living.put(lsn, body);
        }
        for (long lsn : lsns) {
            life.append(new WriteBatch().settle(8, lsn).lazy());
            if (random.nextInt(20) == 0) continue;
            life.append(new WriteBatch().settle(7, lsn).lazy());
            living.remove(lsn);
        }
        life.durably(new WriteBatch().put(life.store.table("t"), new byte[1], new byte[1]));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "seed " + SEED + ": " + what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private long livingBytes() {
        return living.values().stream().mapToLong(body -> body.length + 96).sum();
    }

    private void awaitClean(StoreLife life) {
        long bound = 2 * livingBytes() + 5L * SEGMENT_BYTES;
        await(
                "the disk has " + life.store.status() + ", and " + livingBytes() + " live",
                () -> life.store.status().diskBytes() <= bound);
    }

    private void assertAllIsThere(StoreLife life) throws Exception {
        long[] lsns = living.keySet().stream().mapToLong(Long::longValue).toArray();
        List<Message> messages = life.read(lsns);
        for (int i = 0; i < lsns.length; i++) {
            byte[] body = messages.get(i).content().compact().bytes();
            assertArrayEquals(living.get(lsns[i]), body, "seed " + SEED + ", LSN " + lsns[i]);
        }
    }

    private List<Path> coldFiles() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("cold-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatFewMessagesKeepIsGivenBackAndTheyStayWhereTheyWere() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            fill(life);
            assertTrue(livingBytes() * 10 < life.store.status().diskBytes(), "there is something to clean");
            awaitClean(life);
            assertAllIsThere(life);
            await("little is copied", () -> life.store.status().copiedBytes() >= livingBytes() / 2);
            StoreStatus status = life.store.status();
            assertEquals(livingBytes(), status.livingBytes(), livingBytes() * 0.2, "what is said to live");
        }
        try (StoreLife next = StoreLife.begin(directory, SMALL)) {
            assertEquals(living.size(), next.entries.size());
            assertAllIsThere(next);
            // What was cleaned decays too, and is cleaned again.
            List<Path> before = coldFiles();
            assertFalse(before.isEmpty());
            List<Long> all = new ArrayList<>(living.keySet());
            for (int i = 0; i < all.size(); i++) {
                if (i % 10 == 0) continue;
                next.append(new WriteBatch().settle(7, all.get(i)));
                living.remove(all.get(i));
            }
            next.durably(new WriteBatch().put(next.store.table("t"), new byte[1], new byte[1]));
            await("the files of the first cleaning stay", () -> before.stream().noneMatch(Files::exists));
            assertAllIsThere(next);
            for (long lsn : living.keySet()) next.append(new WriteBatch().settle(7, lsn));
            living.clear();
            next.durably(new WriteBatch().put(next.store.table("t"), new byte[1], new byte[1]));
            awaitClean(next);
            await("a file of which nothing lives stays", () -> {
                try {
                    return coldFiles().isEmpty();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void aDamagedMessageIsFoundByAVerificationAndItsNeighboursAreRead() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            fill(life);
            awaitClean(life);
        }
        Path cold = coldFiles().get(0);
        try (StoreInspection whole = StoreInspection.open(directory, LSNS)) {
            assertEquals(List.of(), whole.verify((done, total) -> {}).damages());
        }
        try (RandomAccessFile file = new RandomAccessFile(cold.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int was = file.read();
            file.seek(file.length() / 2);
            file.write(was ^ 1);
        }
        String damage;
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            List<Findings.Damage> damages =
                    inspection.verify((done, total) -> {}).damages();
            assertEquals(1, damages.size(), damages::toString);
            damage = damages.get(0).place();
            assertTrue(damage.contains(cold.getFileName() + " at offset "), damage);
            List<Findings.Hit> hits = damages.get(0).hits();
            assertEquals(1, hits.size(), damages::toString);
            assertEquals(7, hits.get(0).queueId());
            assertEquals(1, hits.get(0).lsns().size());
            assertTrue(living.containsKey(hits.get(0).lsns().get(0)), damages::toString);
        }
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            int readable = 0;
            for (long lsn : living.keySet()) {
                try {
                    life.read(lsn);
                    readable++;
                } catch (ExecutionException e) {
                    assertNotEquals("", damage);
                }
            }
            assertEquals(living.size() - 1, readable);
        }
    }

    @Test
    void whatWasCopiedIsShownInItsPlace() throws Exception {
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            fill(life);
            awaitClean(life);
        }
        List<String> lines = new ArrayList<>();
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            inspection.print(0, lines::add);
        }
        TreeMap<Long, String> copied = new TreeMap<>();
        long before = 0;
        for (String line : lines) {
            long lsn = Long.parseLong(line.split(" ")[0]);
            assertTrue(lsn > before, line + " comes after " + before);
            before = lsn;
            if (line.endsWith(" (copied)")) copied.put(lsn, line);
        }
        assertFalse(copied.isEmpty());
        for (long lsn : living.keySet()) {
            int bytes = living.get(lsn).length;
            String told = lsn + " message a, " + bytes + " bytes, to queues 7 8";
            if (copied.containsKey(lsn)) assertEquals(told + " (copied)", copied.get(lsn));
            else assertTrue(lines.contains(told), told);
        }
    }

    @Test
    void aDamagedMessageIsNotCleanedAway() throws Exception {
        long first;
        byte[] needle = new byte[64];
        random.nextBytes(needle);
        try (StoreLife life = StoreLife.begin(directory, SMALL)) {
            first = life.durably(
                    new WriteBatch().message(PlainFormat.message("a", needle)).enqueueTo(7, 0));
            living.put(first, needle);
            flip(needle);
            fill(life);
            await("nothing else is cleaned", () -> life.store.status().copiedBytes() > 0);
            await(
                    "nothing was cleaned",
                    () -> life.store.status().diskBytes() <= 2 * livingBytes() + 8L * SEGMENT_BYTES);
            await("nobody is told of it", () -> !life.damages.isEmpty());
            assertEquals(1, life.damages.size());
            assertEquals(Map.of(7L, List.of(first)), life.damages.get(0).entries());
        }
        try (StoreInspection inspection = StoreInspection.open(directory, LSNS)) {
            List<Findings.Damage> damages =
                    inspection.verify((done, total) -> {}).damages();
            assertEquals(1, damages.size(), damages::toString);
            assertTrue(damages.get(0).place().contains("segment seg-"), damages::toString);
            assertEquals(
                    List.of(new Findings.Hit(7, List.of(first))), damages.get(0).hits());
            assertEquals(Findings.Effect.MESSAGES, damages.get(0).effect());
        }
    }

    /** Changes a bit of this body, which lies in a first segment. */
    private void flip(byte[] body) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("seg-"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 0; at + body.length <= bytes.length; at++) {
                    if (!Arrays.equals(bytes, at, at + body.length, body, 0, body.length)) continue;
                    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                        open.seek(at);
                        open.write(body[0] ^ 1);
                    }
                    return;
                }
            }
        }
        throw new AssertionError("the message is nowhere");
    }
}
