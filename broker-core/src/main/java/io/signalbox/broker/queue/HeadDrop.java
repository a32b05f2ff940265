package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import java.time.InstantSource;

/**
 * Keeps a queue within its limits: the oldest messages that wait go, those of the lowest priority first, and those that have
 * waited for too long. One that a consumer has, or that is reserved for one, does not count and does not go. Confined to the
 * queue.
 */
final class HeadDrop {

    /** Entries ended before others get their turn. */
    private static final int ENTRIES_PER_TURN = 256;

    private static final long AGAIN_MILLIS = 1000;

    private final Stock stock;
    private final QueueIndex index;
    private final Departures departures;
    private final InstantSource clock;
    private final QueueQuota quota;
    private final QueueLimits limits;
    private final LogTimes logTimes;

    /** Of the bodies of those that wait, as far as it is known without reading them. */
    private long waitingBytes;

    /** Up to here in the order of going, all that wait are reserved. */
    private long reservedUpTo = Order.BEGINNING;

    /** When somebody may have waited for too long; {@link Long#MAX_VALUE} = nobody waits. */
    private long oldAtMillis = Long.MAX_VALUE;

    // Counters: written by the draining thread, read by anyone.
    private long overLength;
    private long overLengthBytes;
    private long overTtl;

    HeadDrop(Stock stock, QueueIndex index, InstantSource clock, QueueQuota quota, LogTimes logTimes) {
        this.stock = stock;
        this.index = index;
        this.departures = new Departures(index);
        this.clock = clock;
        this.quota = quota;
        this.limits = quota.limits();
        this.logTimes = logTimes;
        this.waitingBytes = departures.waitingBytes();
        if (index.size() > 0) oldAtMillis = 0; // nobody has looked yet
        tell();
    }

    /** A message has come that had a place reserved, if this queue reserves places. */
    void arrived(Entry entry) {
        waits(entry);
        quota.arrived(entry.bodyBytes);
    }

    /** An entry waits, a new one or one that was given back. */
    void waits(Entry entry) {
        waitingBytes += entry.bodyBytes;
        reservedUpTo = Order.BEGINNING;
        if (limits.expires()) oldAtMillis = Math.min(oldAtMillis, clock.millis() + limits.messageTtlMillis());
        tell();
    }

    /** One that waited does not any more. */
    void left(long bodyBytes) {
        waitingBytes -= bodyBytes;
        tell();
    }

    private void tell() {
        quota.waiting(index.size(), waitingBytes);
    }

    /** When it wants to be called again, in milliseconds since 1970. */
    long nextMillis() {
        return oldAtMillis;
    }

    /** Whether there is more to do, for another turn. */
    boolean takeTurn() {
        int left = ENTRIES_PER_TURN;
        if (limits.overflow() == Overflow.DROP_HEAD) left = dropOverflow(left);
        if (!limits.expires()) oldAtMillis = Long.MAX_VALUE;
        else if (oldAtMillis <= clock.millis()) left = dropOld(left);
        return left == 0;
    }

    private int dropOverflow(int most) {
        if (index.size() <= limits.maxLength() && waitingBytes <= limits.maxLengthBytes()) return most;
        int left = most;
        Reservations reservations = stock.reservations();
        long length =
                limits.maxLength() == QueueLimits.NONE ? QueueLimits.NONE : limits.maxLength() + reservations.size();
        long bytes = limits.maxLengthBytes() == QueueLimits.NONE
                ? QueueLimits.NONE
                : limits.maxLengthBytes() + reservations.bodyBytes();
        long at = reservedUpTo;
        boolean onlyReserved = true;
        while (left > 0 && (index.size() > length || waitingBytes > bytes)) {
            long place = departures.next(at);
            if (place == QueueIndex.NONE) break;
            at = place;
            Entry entry = index.objectAt(place);
            onlyReserved &= entry.reservedFor != null;
            if (onlyReserved) reservedUpTo = place;
            if (!mayGo(entry)) continue;
            if (index.size() > length) overLength++;
            else overLengthBytes++;
            stock.dropFromHead(entry);
            left--;
        }
        return left;
    }

    /** Nothing ends whose record is being read, or which a consumer may have seen that comes back. */
    private static boolean mayGo(Entry entry) {
        return !entry.loading && entry.reservedFor == null;
    }

    private int dropOld(int most) {
        int left = most;
        long nowMillis = clock.millis();
        long oldLsn = logTimes.lsnAt(nowMillis - limits.messageTtlMillis());
        long next = Long.MAX_VALUE;
        for (int level = 0; level < Order.LEVELS; level++) {
            long place = departures.firstOfLevel(level);
            for (; place != QueueIndex.NONE; place = departures.nextOfLevel(place)) {
                Entry entry = index.objectAt(place);
                if (entry.reservedFor != null) continue;
                if (!isOld(entry, nowMillis, oldLsn)) {
                    next = Math.min(next, Math.max(oldAt(entry, nowMillis), nowMillis + AGAIN_MILLIS));
                    index.letGo(entry);
                    break;
                }
                if (left == 0) return 0;
                if (entry.loading) {
                    next = nowMillis + AGAIN_MILLIS;
                    continue;
                }
                overTtl++;
                stock.dropFromHead(entry);
                left--;
            }
        }
        oldAtMillis = next;
        return Math.max(left, 1); // all have been looked at
    }

    private boolean isOld(Entry entry, long nowMillis, long oldLsn) {
        if (entry.lsn != 0) return entry.lsn < oldLsn;
        return oldAt(entry, nowMillis) <= nowMillis;
    }

    /** When the entry has waited for too long: counted from the moment at which it is known to have been there. */
    private long oldAt(Entry entry, long nowMillis) {
        Message message = entry.message;
        long cameMillis =
                entry.lsn == 0 && message != null ? message.envelope().publishedAtMillis() : logTimes.timeOf(entry.lsn);
        return Math.min(cameMillis, nowMillis) + limits.messageTtlMillis();
    }

    QueueStatus.OverLimit status() {
        return new QueueStatus.OverLimit(overLength, overLengthBytes, overTtl, quota.refused());
    }
}
