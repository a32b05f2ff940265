package io.signalbox.persistence.log;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Stretches of cold files that were read lately, since queues whose messages lie between one another's come to each of them
 * again and again. At most 4 MiB, a quarter of one with records of 1 KiB. Thread-safe.
 */
final class ColdStretches {

    /** What a queue reads back at once lies in half as many. */
    private static final int PLACES = 256;

    private record Known(long file, ColdStretch stretch) {}

    private final AtomicReferenceArray<@Nullable Known> places = new AtomicReferenceArray<>(PLACES);

    @Nullable
    ColdStretch get(long file, long from) {
        Known known = places.get(place(file, from));
        return known != null && known.file == file && known.stretch.from() == from ? known.stretch : null;
    }

    void put(long file, ColdStretch stretch) {
        places.set(place(file, stretch.from()), new Known(file, stretch));
    }

    /** Neighbours of a file have places of their own. */
    private static int place(long file, long from) {
        return (int) ((file * 31 + (from >> 16)) & PLACES - 1);
    }
}
