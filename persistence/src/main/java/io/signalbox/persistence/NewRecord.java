package io.signalbox.persistence;

import io.signalbox.persistence.log.Checksum;
import io.signalbox.persistence.log.StoreId;
import java.nio.ByteBuffer;

/** A record that is to be written, measured already. Confined to one append. */
interface NewRecord {

    /** Bytes of log that the record takes. */
    long alignedBytes();

    /** Writes the record at index {@code at}, which is the log address {@code lsn}, and seals it. */
    void encode(ByteBuffer target, int at, StoreId store, long epoch, long lsn, Checksum checksum);

    /** It has an address, and nobody else knows that yet. */
    void placed(long lsn);
}
