package io.signalbox.persistence;

import io.signalbox.persistence.disk.Disk;
import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a log engine takes from outside itself, so that a simulator can put its own in.
 *
 * @param nanoTime a clock that only goes forward
 * @param newStoreId names a store when it is made
 * @param disk beside what the log has of it, for what a process can do without in memory; locked and released by the log's medium
 */
public record Surroundings(LongSupplier nanoTime, Supplier<StoreId> newStoreId, Checksum checksum, Disk disk) {

    public static Surroundings real(Disk disk) {
        return new Surroundings(System::nanoTime, StoreId::random, Checksum.CRC32C, disk);
    }
}
