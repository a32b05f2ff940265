package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a queue: commands in, effects out. Knows no thread, no log and no socket; time is injected. Confined to
 * whoever drains the queue.
 */
final class QueueState {

    private final QueueEffects effects;
    private QueueSettings settings;
    private final QueueFootprint footprint;
    private final Dispatcher dispatcher;
    private final QueueIndex index;
    private final List<Consumer> consumers = new ArrayList<>(1);
    private final ReadBackBodies readBack;
    private final Reservations reservations = new Reservations();
    private @Nullable Retention retention; // made when the first message comes that expires, or for limits

    private boolean deleted;
    private boolean halted;

    // Counters: written by the draining thread, read by anyone through status().
    private long unsettled;
    private long enqueued;
    private long settled;
    private long expired;
    private long rejected;
    private long dropped;
    private long stale;
    private long damaged;

    QueueState(QueueEffects effects, InstantSource clock, QueueSettings settings, MemoryBudget memory) {
        this(effects, clock, settings, memory, new QueueIndex(memory.slotBits()));
    }

    QueueState(
            QueueEffects effects, InstantSource clock, QueueSettings settings, MemoryBudget memory, QueueIndex index) {
        this.effects = effects;
        this.settings = settings;
        this.index = index;
        this.footprint = new QueueFootprint(memory, settings.windowBytes());
        this.readBack = new ReadBackBodies(this, index, footprint);
        this.dispatcher = new Dispatcher(this, index, footprint, effects, clock, settings.windowBytes());
    }

    void enqueue(Entry entry) {
        enqueued++;
        if (deleted) {
            finish(entry);
            return;
        }
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " comes without its message");
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
        if (made == null) retention = made = new Retention(this, index, reservations, effects, dispatcher.clock());
        return made;
    }

    void passThrough(Entry entry) {
        enqueued++;
        Message message = entry.message;
        if (message == null || !dispatcher.passThrough(consumers, entry, message)) dropped++;
        if (message != null) message.release(); // it was held on its way here
        finish(entry);
    }

    /** What was settled when it was handed over has not reached its consumer. */
    void lost() {
        dropped++;
    }

    void attach(Consumer consumer) {
        if (deleted) {
            effects.deleted(consumer.subscription);
            return;
        }
        consumer.attached = true;
        consumers.add(consumer);
        dispatcher.attach(consumer);
        dispatcher.available(consumer);
    }

    void detach(Consumer consumer, List<Delivery> reserved) {
        if (!consumer.attached) return;
        for (Delivery delivery : reserved) {
            if (!delivery.copy && delivery.entry.delivery == delivery) reservations.add(delivery.entry, consumer.name);
        }
        consumer.attached = false;
        consumers.remove(consumer);
        dispatcher.detach(consumer);
        for (Delivery delivery : List.copyOf(consumer.acquired)) {
            if (delivery.copy) release(delivery);
            else putBack(delivery);
        }
    }

    void endReserved(String name) {
        for (Entry entry : reservations.removeAll(name)) {
            if (entry.loading) entry.doomed = true; // nothing ends whose record is being read
            else drop(entry);
        }
    }

    void available(Consumer consumer) {
        dispatcher.available(consumer);
    }

    /** The consumer wants to hear when nothing more comes within its credit (AMQP 1.0 §2.6.7). */
    void drain(Consumer consumer) {
        dispatcher.drain(consumer);
    }

    void settle(Delivery delivery, Outcome outcome, List<TableChange> changes) {
        if (!changes.isEmpty()) effects.change(changes);
        Entry entry = delivery.entry;
        Consumer owner = delivery.owner;
        if (delivery.copy ? !owner.acquired.contains(delivery) : entry.delivery != delivery) {
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

    void confirm(Subscription subscription, long token) {
        effects.confirm(subscription, token);
    }

    /** @param messages as {@link ReadBackBodies#come} has them */
    void loaded(List<Entry> entries, List<@Nullable Message> messages) {
        dispatcher.loadEnded(entries);
        readBack.come(entries, messages, settings.windowBytes());
        if (messages.size() < entries.size()) halt(); // the log cannot be read: deliver nothing, lose nothing
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

    /** What was read back is for somebody who has looked at it. */
    void forgetReadBack() {
        readBack.forget();
    }

    /** The log knows the queue from now on. */
    void becomeDurable() {
        settings = settings.asDurable();
    }

    /** Nothing is delivered and nothing expires any more, since the store has failed. */
    void halt() {
        halted = true;
    }

    boolean isHalted() {
        return halted;
    }

    /** The way in for what an earlier life left. */
    QueueRecovery recovery() {
        return new QueueRecovery(this, settings, index, footprint, reservations);
    }

    QueueImage image(long belowLsn) {
        return index.image(belowLsn);
    }

    /** All of this image was told; whether something is to be done for it in another turn. */
    boolean captured(QueueImage image) {
        if (index.size() < index.slots() || !footprint.isIndexLarge()) return false; // most have less than a chunk
        if (retention != null && retention.isLimited()) return false;
        cold().sweep(image.belowLsn(), image.ends(), !consumers.isEmpty());
        return true;
    }

    /** Chunks that are in pages; made at the first call. */
    ColdChunks cold() {
        ColdChunks known = index.cold();
        return known == null ? index.cold(new ColdChunks(index, footprint, effects)) : known;
    }

    /** @param lsn of the record that says so, 0 if there is none */
    void delete(long lsn) {
        if (deleted) return;
        deleted = true;
        settled += index.size() + unsettled + damaged;
        long highestLsn = Math.max(lsn, index.highestLsn());
        effects.forget(highestLsn, index.removeAll());
        for (Consumer consumer : consumers) {
            consumer.acquired.clear();
            consumer.attached = false;
            effects.deleted(consumer.subscription);
        }
        consumers.clear();
        dispatcher.clear();
        readBack.clear();
        reservations.clear();
        if (retention != null) retention.end();
        retention = null;
        unsettled = 0;
        damaged = 0;
        footprint.end();
    }

    /**
     * Hands over what can be handed over; called when a batch of commands has been applied.
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

    /** The time has come for which {@link QueueEffects#wakeAt} was told. */
    void wake() {
        if (retention != null) retention.wake();
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
        browser.acquired.add(delivery);
    }

    /** The entry, which waits, is the consumer's. */
    void acquire(Consumer consumer, Entry entry) {
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " is not resident");
        Delivery delivery = new Delivery(consumer, entry, message, consumer.settlesOnDispatch);
        take(entry);
        if (entry.reservedFor != null) reservations.remove(entry);
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
        consumer.acquired.add(delivery);
        if (entry.lsn != 0) {
            forgetBody(entry); // it is in the log, should it come back
        }
    }

    private void putBack(Delivery delivery) {
        release(delivery);
        index.putBack(delivery.entry);
        if (retention != null) retention.waitsAgain(delivery.entry);
        index.letGo(delivery.entry);
    }

    private void release(Delivery delivery) {
        delivery.owner.acquired.remove(delivery);
        footprint.released(delivery.owner, delivery.entry);
        if (delivery.copy) return;
        delivery.entry.delivery = null;
        unsettled--;
    }

    /** The entry, which nobody has, reaches nobody. */
    void drop(Entry entry) {
        if (new Departures(index).waits(entry)) take(entry);
        else damaged--; // it was set apart
        dropped++;
        end(entry);
    }

    private void end(Entry entry) {
        if (entry.reservedFor != null) reservations.remove(entry);
        index.end(entry);
        finish(entry);
    }

    /** The entry, which is in no place, has ended. */
    private void finish(Entry entry) {
        entry.ended = true;
        settled++;
        forgetBody(entry);
        footprint.annotate(entry, Annotations.NONE);
        effects.settle(entry.lsn);
    }

    /** Its body need not be in memory. */
    void forgetBody(Entry entry) {
        entry.message = null;
        if (entry.counted) {
            if (entry.readBack) readBack.remove(entry);
            footprint.keepsNoMore(entry);
        }
        index.letGo(entry);
    }

    /** Whether what comes had better be in the log only. Any thread. */
    boolean isWindowFull() {
        return footprint.isFull();
    }

    QueueStatus status() {
        return new QueueStatus(
                index.size(),
                unsettled,
                consumers.size(),
                footprint.residentBytes(),
                enqueued,
                settled,
                expired,
                rejected,
                dropped,
                stale,
                damaged,
                retention == null ? QueueStatus.OverLimit.NONE : retention.overLimit());
    }
}
