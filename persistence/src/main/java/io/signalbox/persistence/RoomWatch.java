package io.signalbox.persistence;

import io.signalbox.persistence.log.LogStore;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when publishers are refused for lack of room, and when they are taken again: between the two marks what was decided
 * before holds. It says so in the log, once each. Confined to the housekeeper.
 */
final class RoomWatch {
    private static final Logger LOGGER = LoggerFactory.getLogger(RoomWatch.class);

    private final LogState log;
    private final LogStore store;
    private final PageFile pages;
    private final DiskLimits limits;
    private final long segmentBytes;
    private boolean spaceShort;

    RoomWatch(LogState log, LogStore store, StoreSettings settings, PageFile pages) {
        this.pages = pages;
        this.log = log;
        this.store = store;
        this.limits = settings.limits();
        this.segmentBytes = settings.segmentBytes();
    }

    /**
     * Looks how much room there is.
     *
     * @param exhausted there is no room for a segment, and what is left of the last one is for settlements
     * @return whether the answer to publishers has changed
     */
    boolean look(boolean exhausted) {
        LogStore.Room room = store.room();
        log.occupiedBytes(room.occupiedBytes());
        boolean wasShort = log.shortage().isPresent();
        long left = limits.maxBytes().isPresent()
                ? limits.maxBytes().getAsLong() - room.heldBytes() - pages.bytes()
                : Long.MAX_VALUE;
        log.freeBytes(Math.max(0, Math.min(room.usableBytes(), left)));
        Optional<String> noSpace = shortOfSpace(room, wasShort);
        spaceShort = noSpace.isPresent();
        Optional<String> why = exhausted
                ? Optional.of("The disk of this broker is full: messages are taken again by themselves when some"
                        + " have been consumed or space was made on it.")
                : noSpace.or(() -> shortOfQuota(left, wasShort));
        if (why.isPresent() == wasShort) return false;
        log.shortage(why);
        if (why.isPresent()) {
            LOGGER.warn("Publishers are refused, all else goes on. {}", why.get());
        } else {
            LOGGER.info("There is room on the disk again: publishers are taken");
        }
        return true;
    }

    /** Of a segment. */
    long segmentBytes() {
        return segmentBytes;
    }

    /** Whether the file system had little left at the last look. */
    boolean isSpaceShort() {
        return spaceShort;
    }

    private Optional<String> shortOfSpace(LogStore.Room room, boolean wasShort) {
        long low = limits.lowMarkBytes(room.totalBytes(), segmentBytes);
        long mark = wasShort ? DiskLimits.resumeMarkBytes(low) : low;
        if (room.usableBytes() >= mark) return Optional.empty();
        return Optional.of("The disk of this broker is nearly full, " + sizeOf(room.usableBytes()) + " are free and "
                + sizeOf(low) + " have to be (data.min-free): messages are taken again by themselves when space was"
                + " made, or some have been consumed, and " + sizeOf(DiskLimits.resumeMarkBytes(low)) + " are free.");
    }

    private Optional<String> shortOfQuota(long left, boolean wasShort) {
        if (limits.maxBytes().isEmpty()) return Optional.empty();
        long max = limits.maxBytes().getAsLong();
        long low = DiskLimits.quotaLowMarkBytes(max, segmentBytes);
        long mark = wasShort ? DiskLimits.resumeMarkBytes(low) : low;
        if (left >= mark) return Optional.empty();
        return Optional.of("This broker stores as much as it may, " + sizeOf(max) + " (data.max-size): messages are"
                + " taken again by themselves when some have been consumed.");
    }

    private static String sizeOf(long bytes) {
        return bytes < 10L << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }
}
