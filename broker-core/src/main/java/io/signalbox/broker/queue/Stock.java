package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The messages of a queue, who has them and what becomes of them. Confined to the queue. */
final class Stock {

    private final QueueEffects effects;
    private final QueueSettings settings;
    private final QueueIndex index;
    private final QueueFootprint footprint;
    private final Dispatcher dispatcher;
    private @Nullable ReadBackBodies readBack; // made when a queue first reads back, which most never do
    private @Nullable Reservations reservations; // made when a consumer leaves that reserves what it had
    private @Nullable Retention retention; // made when the first message comes that expires, or for limits

    private boolean halted;

    // Counters: written by the draining thread, read by anyone through status().
    private long enqueued;
    private long unsettled;
    private long settled;
    private long expired;
    private long rejected;
    private long dropped;
    private long stale;
    private long damaged;

    Stock(QueueEffects effects, QueueSettings settings, QueueContext context) {
        this.effects = effects;
        this.settings = settings;
        this.index = new QueueIndex(context.memory().slotBits());
        this.footprint = new QueueFootprint(context.memory(), settings.windowBytes());
        this.dispatcher = new Dispatcher(this, index, footprint, effects, context.clock(), settings.windowBytes());
    }

    QueueIndex index() {
        return index;
    }

    QueueFootprint footprint() {
        return footprint;
    }

    /** The entries of this level; null if there never were any. */
    @Nullable
    Lane lane(int level) {
        return index.existing(level);
    }

    // ---- what comes in

    void enqueue(Entry entry) {
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " comes without its message");
        enqueued++;
        if (entry.lsn != 0 && footprint.isBeyondWindow(entry)) {
            entry.message = null; // what is beyond the window is read back when its turn comes
        } else {
            footprint.keeps(entry);
        }
        index.add(entry, settings.priorityOf(message));
        if (retention != null || entry.expiresAtMillis != Envelope.NEVER)
            retention().arrived(entry);
    }

    /** What goes by itself; made at the first call. */
    Retention retention() {
        Retention made = retention;
        if (made == null) retention = made = new Retention(this, index, effects, dispatcher.clock());
        return made;
    }

    /** What waits for a consumer of one name; made at the first call. */
    Reservations reservations() {
        Reservations made = reservations;
        if (made == null) reservations = made = new Reservations();
        return made;
    }

    // ---- who gets it

    void attach(Consumer consumer) {
        dispatcher.attach(consumer);
        dispatcher.available(consumer);
    }

    /** The consumer is about to leave; of what it has, this is for those of its name. */
    void reserve(Consumer consumer, List<Delivery> reserved) {
        for (Delivery delivery : reserved) {
            if (!delivery.copy && delivery.entry.delivery == delivery)
                reservations().add(delivery.entry, consumer.subscription.name());
        }
    }

    /** The consumer has left. */
    void detach(Consumer consumer) {
        dispatcher.detach(consumer);
        for (Delivery delivery : consumer.stake().acquired()) {
            if (delivery.copy) release(delivery);
            else putBack(delivery);
        }
    }

    void endReserved(String name) {
        if (reservations == null) return;
        for (Entry entry : reservations.removeAll(name)) {
            if (entry.loading) entry.doomed = true; // nothing ends whose record is being read
            else drop(entry);
        }
    }

    void available(Consumer consumer) {
        dispatcher.available(consumer);
    }

    void drain(Consumer consumer) {
        dispatcher.drain(consumer);
    }

    /**
     * Hands over what can be handed over.
     *
     * @return whether there is more, for another turn
     */
    boolean dispatch() {
        index.endRestoring();
        boolean more = dispatcher.dispatch();
        if (retention != null && !halted)
            more |= retention.takeTurn(); // what a consumer can have does not go for want of room
        ColdChunks cold = index.cold();
        if (cold != null && !halted) more |= cold.takeTurn();
        index.report(footprint);
        return more;
    }

    void wake() {
        if (retention != null) retention.wake();
    }

    /** Nothing is delivered and nothing expires any more, since the store has failed. */
    void halt() {
        halted = true;
    }

    boolean isHalted() {
        return halted;
    }

    /** The consumer gets a copy; the entry stays where it is. */
    void show(Consumer browser, Entry entry) {
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " is not resident");
        Delivery delivery = new Delivery(browser, entry, message, browser.settlesOnDispatch);
        browser.dispatched++;
        browser.sent(entry.bodyBytes);
        effects.deliver(delivery);
        if (browser.settlesOnDispatch) return;
        footprint.acquired(browser, entry);
        browser.stake().add(delivery);
    }

    /** The entry, which waits, is the consumer's. */
    void acquire(Consumer consumer, Entry entry) {
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " is not resident");
        Delivery delivery = new Delivery(consumer, entry, message, consumer.settlesOnDispatch);
        take(entry);
        if (entry.reservedFor != null) reservations().remove(entry);
        consumer.dispatched++;
        consumer.sent(entry.bodyBytes);
        effects.deliver(delivery);
        if (consumer.settlesOnDispatch) {
            end(entry);
            return;
        }
        entry.delivery = delivery;
        entry.delivered = true;
        unsettled++;
        footprint.acquired(consumer, entry);
        consumer.stake().add(delivery);
        if (entry.lsn != 0) {
            forgetBody(entry); // it is in the log, should it come back
        }
    }

    // ---- what becomes of it

    void settle(Delivery delivery, Outcome outcome) {
        Entry entry = delivery.entry;
        Consumer owner = delivery.owner;
        if (delivery.copy ? !owner.stake().has(delivery) : entry.delivery != delivery) {
            stale++;
            return;
        }
        boolean wasFull = footprint.isFull(owner);
        if (delivery.copy) {
            release(delivery); // AMQP 1.0 §3.5.7: a copy's outcome changes nothing at its source
        } else if (outcome instanceof Outcome.Accepted) {
            release(delivery);
            end(entry);
        } else if (outcome instanceof Outcome.Rejected) {
            release(delivery);
            rejected++;
            end(entry);
        } else {
            if (outcome instanceof Outcome.Modified modified) {
                if (modified.deliveryFailed()) entry.deliveryCount++;
                if (modified.undeliverableHere()) entry.refuse(delivery.owner);
                if (!modified.annotations().isEmpty()) footprint.annotate(entry, modified.annotations());
            }
            putBack(delivery);
        }
        if (wasFull) available(owner);
    }

    private void putBack(Delivery delivery) {
        release(delivery);
        index.putBack(delivery.entry);
        if (retention != null) retention.waitsAgain(delivery.entry);
        index.letGo(delivery.entry);
    }

    private void release(Delivery delivery) {
        delivery.owner.stake().remove(delivery);
        footprint.released(delivery.owner, delivery.entry);
        if (delivery.copy) return;
        delivery.entry.delivery = null;
        unsettled--;
    }

    /** The entry, which nobody has, has outlived its time. */
    void expire(Entry entry) {
        take(entry);
        expired++;
        end(entry);
    }

    /** The entry, which nobody has, is beyond the queue's limits. */
    void dropFromHead(Entry entry) {
        take(entry);
        end(entry);
    }

    /** It waits no more. */
    private void take(Entry entry) {
        long bodyBytes = index.take(entry);
        if (retention != null) retention.left(bodyBytes);
    }

    /** The entry, which nobody has, reaches nobody. */
    void drop(Entry entry) {
        if (new Departures(index).waits(entry)) take(entry);
        else damaged--; // it was set apart
        dropped++;
        end(entry);
    }

    private void end(Entry entry) {
        if (entry.reservedFor != null) reservations().remove(entry);
        index.end(entry);
        entry.ended = true;
        settled++;
        forgetBody(entry);
        footprint.annotate(entry, Annotations.NONE);
        effects.settle(entry.lsn);
    }

    // ---- where its body is

    /** @param messages as {@link ReadBackBodies#come} has them */
    void loaded(List<Entry> entries, List<@Nullable Message> messages) {
        dispatcher.loadEnded(entries);
        ReadBackBodies made = readBack;
        if (made == null) readBack = made = new ReadBackBodies(this, index, footprint);
        made.come(entries, messages, settings.windowBytes());
        if (messages.size() < entries.size()) halt(); // the log cannot be read: deliver nothing, lose nothing
    }

    /** What was read back is for somebody who has looked at it. */
    void forgetReadBack() {
        if (readBack != null) readBack.forget();
    }

    /** Its body need not be in memory. */
    void forgetBody(Entry entry) {
        entry.message = null;
        if (entry.counted) {
            if (entry.readBack && readBack != null) readBack.remove(entry);
            footprint.keepsNoMore(entry);
        }
        index.letGo(entry);
    }

    /** What is in the log is not what was written: nobody gets it, and it stays where it is. The next start tries again. */
    void quarantine(Entry entry) {
        take(entry);
        damaged++;
    }

    /** The same of what waits and is not in memory; what is, or is on its way, has its own turn. */
    void quarantine(Set<Long> lsns) {
        for (Entry entry : new Departures(index).absent(lsns::contains)) {
            quarantine(entry);
            index.letGo(entry);
        }
    }

    /** Whether what comes had better be in the log only. Any thread. */
    boolean isWindowFull() {
        return footprint.isFull();
    }

    // ---- what leaves memory

    /** Chunks that are in pages; made at the first call. */
    ColdChunks cold() {
        ColdChunks known = index.cold();
        return known == null ? index.cold(new ColdChunks(index, footprint, effects)) : known;
    }

    /**
     * All of this image was told; whether something is to be done for it in another turn.
     *
     * @param isConsumed whether there are consumers
     */
    boolean captured(QueueImage image, boolean isConsumed) {
        if (index.size() < index.slots() || !footprint.isIndexLarge()) return false; // most have less than a chunk
        if (retention != null && retention.isLimited()) return false;
        cold().sweep(image.belowLsn(), image.ends(), isConsumed);
        return true;
    }

    /** The queue ends, and what is in it. */
    void delete(long lsn) {
        settled += index.size() + unsettled + damaged;
        long highestLsn = Math.max(lsn, index.highestLsn());
        effects.forget(highestLsn, index.removeAll());
        dispatcher.clear();
        readBack = null;
        reservations = null;
        if (retention != null) retention.end();
        retention = null;
        unsettled = 0;
        damaged = 0;
        footprint.end();
    }

    /** @param passed entries that have come and ended and never were in here */
    QueueStatus status(int consumers, long passed, long droppedOnTheWay) {
        return new QueueStatus(
                index.size(),
                unsettled,
                consumers,
                footprint.residentBytes(),
                enqueued + passed,
                settled + passed,
                expired,
                rejected,
                dropped + droppedOnTheWay,
                stale,
                damaged,
                retention == null ? QueueStatus.OverLimit.NONE : retention.overLimit());
    }
}
