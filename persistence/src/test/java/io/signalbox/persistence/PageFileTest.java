package io.signalbox.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.disk.NioDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages in a real file, by a thread that opens a store: what it asks for is done at once. */
class PageFileTest {
    @TempDir
    private Path directory;

    private PageFile pages;
    private long nanos;
    private boolean full;

    @BeforeEach
    void open() {
        pages = new PageFile(fillingDisk(), bytes -> true, () -> nanos);
    }

    /** A disk that has no room for a file as long as the test says so. */
    private Disk fillingDisk() {
        Disk disk = new NioDisk(directory);
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (full && method.getName().equals("create")) throw new DiskFullException("No space left");
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static byte[] page(SplittableRandom random) {
        byte[] page = new byte[1 + random.nextInt(9000)];
        random.nextBytes(page);
        return page;
    }

    private Path file() {
        return directory.resolve(PageFile.NAME);
    }

    @Test
    void whatWasWrittenIsReadUntilItIsGivenBack() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        Map<Long, byte[]> held = new HashMap<>();
        for (int i = 0; i < 2000; i++) {
            if (random.nextInt(3) > 0 || held.isEmpty()) {
                byte[] page = page(random);
                held.put(pages.write(page), page);
            } else {
                long handle = new ArrayList<>(held.keySet()).get(random.nextInt(held.size()));
                assertArrayEquals(held.remove(handle), pages.readNow(handle));
                pages.free(handle);
            }
        }
        for (Map.Entry<Long, byte[]> each : held.entrySet()) {
            List<byte[]> read = new ArrayList<>();
            pages.read(each.getKey(), read::add, why -> {});
            assertArrayEquals(each.getValue(), read.get(0));
            pages.free(each.getKey());
        }
        assertEquals(0, pages.bytes());
        assertEquals(0, Files.size(file()));
        pages.close();
        assertFalse(Files.exists(file()));
    }

    @Test
    void aBitThatHasTurnedIsFoundWhereverItIs() throws Exception {
        byte[] page = page(new SplittableRandom(2));
        long handle = pages.write(page);
        for (int at : new int[] {0, 3, 5, 8, 8 + page.length / 2, 8 + page.length - 1}) {
            flip(at);
            StoreException why = assertThrows(StoreException.class, () -> pages.readNow(handle));
            assertTrue(String.valueOf(why.getMessage()).contains("Nothing is lost"), why.getMessage());
            List<StoreException> told = new ArrayList<>();
            pages.read(handle, bytes -> told.clear(), told::add);
            assertEquals(1, told.size());
            flip(at);
        }
        assertArrayEquals(page, pages.readNow(handle));
    }

    private void flip(int at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.seek(at);
            int was = bytes.read();
            bytes.seek(at);
            bytes.write(was ^ 4);
        }
    }

    @Test
    void aPageOfAnotherPlaceIsNotTaken() throws Exception {
        byte[] one = new byte[400];
        byte[] other = new byte[400];
        other[7] = 1;
        long first = pages.write(one);
        long second = pages.write(other);
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            byte[] block = new byte[408];
            bytes.seek(PageSpace.position(second));
            bytes.readFully(block);
            bytes.seek(PageSpace.position(first));
            bytes.write(block);
        }
        assertThrows(StoreException.class, () -> pages.readNow(first));
        assertArrayEquals(other, pages.readNow(second));
    }

    @Test
    void whatFindsNoRoomWaitsInMemoryAndNotTooMuchDoes() throws Exception {
        full = true;
        byte[] page = new byte[1 << 20];
        page[9] = 9;
        long handle = pages.write(page);
        for (int i = 0; i < 3; i++) assertTrue(pages.write(new byte[1 << 20]) > 0);
        assertEquals(Pages.NO_ROOM, pages.write(new byte[1]));
        assertArrayEquals(page, pages.readNow(handle));
        assertFalse(Files.exists(file()));
        full = false;
        assertTrue(pages.step() > 0, "not so soon again");
        nanos += TimeUnit.SECONDS.toNanos(2);
        while (pages.step() == LogWriter.AGAIN) {}
        assertEquals(pages.bytes() >> 9, Files.size(file()) + 511 >> 9);
        assertArrayEquals(page, pages.readNow(handle));
        assertTrue(pages.write(new byte[1]) > 0);
    }
}
