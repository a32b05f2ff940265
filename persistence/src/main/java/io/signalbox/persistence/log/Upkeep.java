package io.signalbox.persistence.log;

import java.io.IOException;

/**
 * What a medium of files wants done ahead and behind, in parts, so that who waits for a force does not wait for all of it. A medium
 * that nobody else fills, or that is not busy with it, has nothing to do. The housekeeper's.
 */
public interface Upkeep {

    /** Of a medium that has nothing to do. */
    Upkeep NONE = new Upkeep() {};

    /**
     * Does a part of what {@link LogStore#prepare} of a segment would have to do.
     *
     * @param segmentBytes of the segment that is to be ready
     * @param partBytes about how much of it may be written
     * @return whether there is more to do; if not, the rest is for {@code prepare}, which also says what was in the way
     */
    default boolean prepareSome(long segmentBytes, long partBytes) throws IOException {
        return false;
    }

    /** Gives back some of the room of what was given up; whether there was any. */
    default boolean freeSome() throws IOException {
        return false;
    }

    /**
     * Sees to it that there is room for one more segment of the newest one's size, whoever else fills the medium; whether that took
     * something.
     */
    default boolean reserveNext(SegmentHeader newest) throws IOException {
        return false;
    }
}
