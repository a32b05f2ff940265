package io.signalbox.testkit;

import io.signalbox.testkit.SimulatedDisk.Loss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The bytes of a simulated file: as a reader sees them, as they were last forced, and each sector's versions since. */
final class SimulatedContent {
    private static final int SECTOR_BYTES = 512;

    private volatile String name = "";
    private byte[] seen = new byte[0];
    private int size;
    private byte[] forced = new byte[0];
    private int forcedSize;
    private final TreeMap<Integer, List<byte[]>> unforced = new TreeMap<>();
    /** Sectors that cannot be read; a drive puts another in the place of one that is written. */
    private BitSet broken = new BitSet();

    /** What the file is called now; open handles follow a rename. */
    String name() {
        return name;
    }

    void name(String newName) {
        name = newName;
    }

    int size() {
        return size;
    }

    void write(int position, ByteBuffer source) {
        int count = source.remaining();
        if (count == 0) return;
        seen = withRoomFor(seen, position + count);
        source.get(seen, position, count);
        size = Math.max(size, position + count);
        for (int sector = position / SECTOR_BYTES; sector <= (position + count - 1) / SECTOR_BYTES; sector++) {
            int from = sector * SECTOR_BYTES;
            broken.clear(sector);
            unforced.computeIfAbsent(sector, at -> new ArrayList<>(1))
                    .add(Arrays.copyOfRange(seen, from, from + SECTOR_BYTES));
        }
    }

    /** Room in whole sectors. */
    private static byte[] withRoomFor(byte[] bytes, int count) {
        int room = (count + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
        return room <= bytes.length ? bytes : Arrays.copyOf(bytes, room);
    }

    int read(int position, ByteBuffer target) throws IOException {
        int count = Math.max(0, Math.min(target.remaining(), size - position));
        int bad = broken.nextSetBit(position / SECTOR_BYTES);
        if (bad >= 0 && bad * SECTOR_BYTES < position + count) throw new IOException("Input/output error (simulated)");
        target.put(seen, Math.min(position, seen.length), count);
        return count;
    }

    void truncate(int bytes) {
        if (bytes >= size) return;
        size = bytes;
        Arrays.fill(seen, bytes, seen.length, (byte) 0);
        unforced.tailMap((bytes + SECTOR_BYTES - 1) / SECTOR_BYTES, true).clear();
    }

    void force() {
        forced = withRoomFor(forced, size);
        unforced.forEach((sector, versions) -> putSector(forced, sector, versions.get(versions.size() - 1)));
        unforced.clear();
        forcedSize = size;
    }

    private static void putSector(byte[] target, int sector, byte[] bytes) {
        System.arraycopy(bytes, 0, target, sector * SECTOR_BYTES, SECTOR_BYTES);
    }

    /** Readers still see all of it, but some sectors will never be written and nobody will hear of that again. */
    void failForce(Random random) {
        forced = withRoomFor(forced, size);
        Iterator<Map.Entry<Integer, List<byte[]>>> dirty = unforced.entrySet().iterator();
        while (dirty.hasNext()) {
            Map.Entry<Integer, List<byte[]>> next = dirty.next();
            List<byte[]> versions = next.getValue();
            if (random.nextBoolean()) putSector(forced, next.getKey(), versions.get(versions.size() - 1));
            dirty.remove();
        }
        forcedSize = size;
    }

    /** The same file, seen and forced alike. */
    SimulatedContent copy() {
        SimulatedContent copy = new SimulatedContent();
        copy.name = name;
        copy.seen = seen.clone();
        copy.size = size;
        copy.forced = forced.clone();
        copy.forcedSize = forcedSize;
        copy.broken = (BitSet) broken.clone();
        unforced.forEach((sector, versions) -> copy.unforced.put(sector, new ArrayList<>(versions)));
        return copy;
    }

    SimulatedContent afterCrash(Random random, Loss loss) {
        SimulatedContent after = new SimulatedContent();
        boolean newSize = loss == Loss.NOTHING || (loss == Loss.ANY_SECTOR && random.nextBoolean());
        after.size = newSize ? size : forcedSize;
        byte[] left = Arrays.copyOf(forced, withRoomFor(new byte[0], Math.max(size, forcedSize)).length);
        if (loss != Loss.EVERYTHING) {
            unforced.forEach((sector, versions) -> leave(left, sector, versions, random, loss));
        }
        Arrays.fill(left, after.size, left.length, (byte) 0);
        after.seen = left;
        after.forced = left.clone();
        after.forcedSize = after.size;
        after.broken = (BitSet) broken.clone();
        return after;
    }

    private static void leave(byte[] left, int sector, List<byte[]> versions, Random random, Loss loss) {
        byte[] newest = versions.get(versions.size() - 1);
        if (loss == Loss.NOTHING) {
            putSector(left, sector, newest);
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {} // lost
            case 1 -> putSector(left, sector, newest);
            case 2 -> putSector(left, sector, versions.get(random.nextInt(versions.size())));
            default -> {
                // Torn: the drive wrote the first part and no more.
                int from = sector * SECTOR_BYTES;
                System.arraycopy(newest, 0, left, from, random.nextInt(SECTOR_BYTES));
            }
        }
    }

    byte byteAt(int offset) {
        return seen[offset];
    }

    void breakSectorAt(int offset) {
        broken.set(offset / SECTOR_BYTES);
    }

    void flipBit(int offset, int bit) {
        seen[offset] ^= (byte) (1 << bit);
        if (offset < forced.length) forced[offset] ^= (byte) (1 << bit);
    }
}
