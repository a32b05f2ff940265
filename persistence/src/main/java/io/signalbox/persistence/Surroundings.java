package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a log engine takes from outside itself, so that a simulator can put its own in.
 *
 * @param nanoTime a clock that only goes forward
 * @param newStoreId names a store when it is made
 */
public record Surroundings(LongSupplier nanoTime, Supplier<StoreId> newStoreId, Checksum checksum) {

    public static Surroundings real() {
        return new Surroundings(System::nanoTime, StoreId::random, Checksum.CRC32C);
    }
}
