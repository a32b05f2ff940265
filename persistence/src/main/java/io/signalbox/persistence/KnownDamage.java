package io.signalbox.persistence;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What in the log was found damaged in this life, so that each place is told of once. Thread-safe. */
final class KnownDamage {
    /** More are counted, and told of again. */
    private static final int MOST_REMEMBERED = 100_000;

    private final Set<Long> lsns = ConcurrentHashMap.newKeySet();
    private final AtomicLong places = new AtomicLong();

    /** Notes a place; whether it was not known. */
    boolean isNew(long lsn) {
        if (lsns.contains(lsn)) return false;
        boolean isRemembered = lsns.size() >= MOST_REMEMBERED || lsns.add(lsn);
        if (isRemembered) places.incrementAndGet();
        return isRemembered;
    }

    boolean isKnown(long lsn) {
        return lsns.contains(lsn);
    }

    /** How many there are. */
    long places() {
        return places.get();
    }
}
