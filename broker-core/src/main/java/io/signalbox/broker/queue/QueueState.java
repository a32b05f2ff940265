package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules of a queue: commands in, effects out. Knows no thread, no log and no socket; time is injected. Confined to
 * whoever drains the queue.
 */
final class QueueState {

    private final QueueEffects effects;
    private QueueSettings settings;
    private final QueueFootprint footprint;
    private final Dispatcher dispatcher;
    private final ReadyEntries ready;
    private final List<Consumer> consumers = new ArrayList<>(1);
    private final ReadBackBodies readBack = new ReadBackBodies();
    private final Reservations reservations = new Reservations();
    private long arrivals;

    /** Who of several consumers gets the next message that passes through; they take turns. */
    private int nextPassed;

    private boolean deleted;

    // Counters: written by the draining thread, read by anyone through status().
    private long unsettled;
    private long enqueued;
    private long settled;
    private long expired;
    private long rejected;
    private long dropped;
    private long stale;

    QueueState(QueueEffects effects, InstantSource clock, QueueSettings settings, MemoryBudget memory) {
        this.effects = effects;
        this.settings = settings;
        this.footprint = new QueueFootprint(memory, settings.windowBytes());
        this.dispatcher = new Dispatcher(this, footprint, effects, clock, settings.windowBytes());
        this.ready = dispatcher.ready();
    }

    void enqueue(Entry entry) {
        enqueued++;
        if (deleted) {
            end(entry);
            return;
        }
        entry.seq = nextPlace(entry);
        if (entry.message != null) {
            if (entry.lsn != 0 && footprint.isBeyondWindow(entry)) {
                entry.message = null; // what is beyond the window is read back when its turn comes
            } else {
                footprint.keeps(entry);
            }
        }
        ready.add(entry);
    }

    /** MQTT-4.6.0-6: to MQTT messages go in the order of their arrival, whatever their priority. */
    private long nextPlace(Entry entry) {
        boolean inOrderOfArrival = switch (settings.purpose()) {
            case SHARED, SUBSCRIPTION -> false;
            case SESSION, GROUP -> true;
        };
        return Order.place(inOrderOfArrival ? Envelope.DEFAULT_PRIORITY : entry.priority, arrivals++);
    }

    void passThrough(Entry entry) {
        enqueued++;
        Message message = entry.message;
        for (int turns = consumers.size(); turns > 0; turns--) {
            nextPassed = nextPassed + 1 < consumers.size() ? nextPassed + 1 : 0;
            Consumer consumer = consumers.get(nextPassed);
            if (message == null || !consumer.hasRoom()) continue;
            consumer.sent(entry.bodyBytes);
            effects.deliver(new Delivery(consumer, entry, message, true));
            end(entry);
            return;
        }
        dropped++;
        end(entry);
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

    /** Reserves what is ready of these, and tells which that is. */
    Set<Long> reserve(Set<Long> lsns, String name) {
        Set<Long> found = new HashSet<>();
        ready.forEach(entry -> {
            if (!lsns.contains(entry.lsn)) return;
            reservations.add(entry, name);
            found.add(entry.lsn);
        });
        return found;
    }

    void endReserved(String name) {
        for (Entry entry : reservations.removeAll(name)) {
            if (entry.loading) {
                entry.doomed = true; // nothing ends whose record is being read
            } else {
                drop(entry);
            }
        }
    }

    /** The consumer's credit or room has changed. */
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

    void loaded(List<Entry> entries, List<Message> messages) {
        dispatcher.loadEnded(entries);
        makeRoomFor(entries.stream().mapToLong(entry -> entry.bodyBytes).sum(), settings.windowBytes());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.doomed && !entry.ended) drop(entry);
            if (i < messages.size() && !entry.ended && entry.message == null && entry.delivery == null) {
                entry.message = messages.get(i);
                footprint.keeps(entry);
                readBack.add(entry);
            }
        }
        if (messages.size() < entries.size()) halt(); // the log cannot be read: deliver nothing, lose nothing
    }

    /** What was read back is for somebody who has looked at it. */
    void forgetReadBack() {
        makeRoomFor(1, 0);
    }

    /** Those that come now stay, whatever was read back before them for somebody else. */
    private void makeRoomFor(long bytes, int maxBytes) {
        for (Entry one = readBack.excess(bytes, maxBytes); one != null; one = readBack.excess(bytes, maxBytes)) {
            forgetBody(one);
        }
    }

    /** The log knows the queue from now on. */
    void becomeDurable() {
        settings = settings.asDurable();
    }

    /** Nothing is delivered any more, since the store has failed. */
    void halt() {
        dispatcher.halt();
    }

    /** Puts an entry that an earlier life left in its place, before the first command. */
    void restore(Entry entry) {
        entry.seq = nextPlace(entry);
        entry.delivered = true; // whether someone saw it is not known
        entry.restored = true;
        ready.add(entry);
        footprint.report(ready.size() + unsettled);
    }

    void delete() {
        if (deleted) return;
        deleted = true;
        for (Entry entry : ready.removeAll()) die(entry);
        for (Consumer consumer : consumers) {
            for (Delivery delivery : consumer.acquired) {
                if (delivery.copy) continue;
                delivery.entry.delivery = null;
                die(delivery.entry);
            }
            consumer.acquired.clear();
            consumer.attached = false;
            effects.deleted(consumer.subscription);
        }
        consumers.clear();
        dispatcher.clear();
        readBack.clear();
        reservations.clear();
        unsettled = 0;
        footprint.end();
    }

    /** A durable queue's end is one record for all its entries; what a transient one has in the log is settled singly. */
    private void die(Entry entry) {
        entry.ended = true;
        entry.message = null;
        settled++;
        if (!settings.durable()) effects.settle(entry);
    }

    /**
     * Hands over what can be handed over; called when a batch of commands has been applied.
     *
     * @return whether there is more, for another turn
     */
    boolean dispatch() {
        boolean more = dispatcher.dispatch();
        footprint.report(ready.size() + unsettled);
        return more;
    }

    /** The entry, which is no longer ready, has outlived its time. */
    void expire(Entry entry) {
        expired++;
        end(entry);
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

    /** The entry, which is no longer ready, is the consumer's. */
    void acquire(Consumer consumer, Entry entry) {
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " is not resident");
        Delivery delivery = new Delivery(consumer, entry, message, consumer.settlesOnDispatch);
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
        ready.putBack(delivery.entry);
    }

    private void release(Delivery delivery) {
        delivery.owner.acquired.remove(delivery);
        footprint.released(delivery.owner, delivery.entry);
        if (delivery.copy) return;
        delivery.entry.delivery = null;
        unsettled--;
    }

    private void drop(Entry entry) {
        ready.remove(entry);
        dropped++;
        end(entry);
    }

    private void end(Entry entry) {
        entry.ended = true;
        if (entry.reservedFor != null) reservations.remove(entry);
        settled++;
        forgetBody(entry);
        footprint.annotate(entry, Annotations.NONE);
        effects.settle(entry);
    }

    /** Its body need not be in memory. */
    void forgetBody(Entry entry) {
        entry.message = null;
        if (!entry.counted) return;
        if (entry.readBack) readBack.remove(entry);
        footprint.keepsNoMore(entry);
    }

    long residentBytes() {
        return footprint.residentBytes();
    }

    QueueStatus status() {
        return new QueueStatus(
                ready.size(),
                unsettled,
                consumers.size(),
                footprint.residentBytes(),
                enqueued,
                settled,
                expired,
                rejected,
                dropped,
                stale);
    }
}
