package io.signalbox.persistence;

import io.signalbox.persistence.disk.DiskFullException;
import io.signalbox.persistence.log.LogStore;
import io.signalbox.persistence.log.SegmentHeader;
import java.io.IOException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the first segment of a life. Confined to the opening thread. */
final class FirstSegment {
    private static final Logger LOGGER = LoggerFactory.getLogger(FirstSegment.class);

    private final LogStore store;
    private StoreSettings settings;

    FirstSegment(LogStore store, StoreSettings settings) {
        this.store = store;
        this.settings = settings;
    }

    /** Those that were wanted, or smaller ones where the disk is nearly full. */
    StoreSettings settings() {
        return settings;
    }

    /** Messages that fill the disk can only be consumed by a broker that starts, so a smaller segment is better than none. */
    SegmentHeader prepare(Function<StoreSettings, SegmentHeader> wanted) throws IOException {
        while (true) {
            SegmentHeader first = wanted.apply(settings);
            try {
                store.prepare(first);
                return first;
            } catch (DiskFullException e) {
                settings = settings.halved().orElseThrow(() -> e);
                LOGGER.warn(
                        "The disk is nearly full: the log goes on in segments of {} bytes, and takes no message of more"
                                + " than {} bytes. Make room, then restart",
                        settings.segmentBytes(),
                        settings.maxBatchBytes());
            }
        }
    }
}
