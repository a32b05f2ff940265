package io.signalbox.persistence.log;

import java.util.UUID;

/** The random name of a store. It goes into every checksum, so bytes of another store never look like ours. */
public record StoreId(long high, long low) {

    public static StoreId random() {
        UUID uuid = UUID.randomUUID();
        return new StoreId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }
}
