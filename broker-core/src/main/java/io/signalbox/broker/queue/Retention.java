package io.signalbox.broker.queue;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What goes from a queue by itself: messages that expire, and what is beyond its limits. Made for a queue when the first message
 * comes that expires, or when it has limits; it has one alarm for both. Confined to the queue.
 */
final class Retention {

    private final Stock stock;
    private final QueueIndex index;
    private final QueueEffects effects;
    private final InstantSource clock;
    private final Expiry expiry;
    private @Nullable HeadDrop limits;

    /** When the queue is going to be woken, in milliseconds since 1970. */
    private long wokenAtMillis = Long.MAX_VALUE;

    private boolean awake;

    Retention(Stock stock, QueueIndex index, QueueEffects effects, InstantSource clock) {
        this.stock = stock;
        this.index = index;
        this.effects = effects;
        this.clock = clock;
        this.expiry = new Expiry(stock, index, clock);
    }

    /** The queue has limits. Before the first command; may wait for the disk. */
    void limit(QueueQuota quota, LogTimes logTimes) {
        ColdChunks cold = index.cold();
        if (cold != null) cold.comeBackAll(); // whatever goes from a queue with limits may be anywhere
        limits = new HeadDrop(stock, index, clock, quota, logTimes);
        begin();
    }

    boolean isLimited() {
        return limits != null;
    }

    QueueStatus.OverLimit overLimit() {
        return limits == null ? QueueStatus.OverLimit.NONE : limits.status();
    }

    /** A new message waits. */
    void arrived(Entry entry) {
        expiry.note(entry.expiresAtMillis);
        if (limits != null) limits.arrived(entry);
    }

    /** One that was with a consumer waits again. */
    void waitsAgain(Entry entry) {
        expiry.note(entry.expiresAtMillis);
        if (limits != null) limits.waits(entry);
    }

    /** One that waited does not any more. */
    void left(long bodyBytes) {
        if (limits != null) limits.left(bodyBytes);
    }

    /** Looks at what was left by an earlier life. */
    void begin() {
        expiry.noteAll();
        arm();
    }

    /** The time for which the queue wanted to be woken has come. */
    void wake() {
        awake = true;
        wokenAtMillis = Long.MAX_VALUE;
    }

    /** Whether there is more to do, for another turn. */
    boolean takeTurn() {
        boolean more = awake && expiry.endDue();
        if (limits != null) more |= limits.takeTurn();
        if (more) return true;
        awake = false;
        arm();
        return false;
    }

    private void arm() {
        long next = expiry.nextMillis();
        if (limits != null) next = Math.min(next, limits.nextMillis());
        if (next >= wokenAtMillis) return;
        wokenAtMillis = next;
        effects.wakeAt(next);
    }

    /** The queue is not to be woken any more. */
    void end() {
        effects.wakeAt(Long.MAX_VALUE);
    }
}
