package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules of a queue: commands in, effects out. Knows no thread, no log and no socket; time is injected. Confined to
 * whoever drains the queue.
 */
final class QueueState {

    private static final int LOAD_ENTRIES = 128;

    /** Entries handed over, ended or set aside before commands get their turn. */
    private static final int ENTRIES_PER_TURN = 1024;

    private final QueueEffects effects;
    private final InstantSource clock;
    private QueueSettings settings;
    private final QueueFootprint footprint;
    private final ReadyEntries ready = new ReadyEntries();
    private final ArrayDeque<Consumer> ring = new ArrayDeque<>(2);
    private final List<Consumer> consumers = new ArrayList<>(1);
    private final List<Consumer> draining = new ArrayList<>(0);
    private final ReadBackBodies readBack = new ReadBackBodies();
    private final Reservations reservations = new Reservations();
    private long nextSeq;

    /** Who of several consumers gets the next message that passes through; they take turns. */
    private int nextPassed;

    private int loading;
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

    QueueState(QueueEffects effects, InstantSource clock, QueueSettings settings, MemoryBudget memory) {
        this.effects = effects;
        this.clock = clock;
        this.settings = settings;
        this.footprint = new QueueFootprint(memory, settings.windowBytes());
    }

    void enqueue(Entry entry) {
        enqueued++;
        if (deleted) {
            end(entry);
            return;
        }
        entry.seq = nextSeq++;
        if (entry.message != null) {
            if (entry.lsn != 0 && footprint.isBeyondWindow(entry)) {
                entry.message = null; // what is beyond the window is read back when its turn comes
            } else {
                footprint.keeps(entry);
            }
        }
        ready.add(entry);
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

    void attach(Consumer consumer) {
        if (deleted) {
            effects.deleted(consumer.subscription);
            return;
        }
        consumer.attached = true;
        consumers.add(consumer);
        available(consumer);
    }

    void detach(Consumer consumer, List<Delivery> reserved) {
        if (!consumer.attached) return;
        for (Delivery delivery : reserved) {
            if (delivery.entry.delivery == delivery) reservations.add(delivery.entry, consumer.name);
        }
        consumer.attached = false;
        consumers.remove(consumer);
        if (consumer.draining) draining.remove(consumer);
        if (consumer.inRing) ring.remove(consumer);
        consumer.inRing = false;
        for (Delivery delivery : List.copyOf(consumer.acquired)) putBack(delivery);
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
        if (consumer.canTake() && !footprint.isFull(consumer) && !consumer.inRing) {
            consumer.inRing = true;
            ring.add(consumer);
            ready.restoreOneFor(consumer);
        }
    }

    /** The consumer wants to hear when nothing more comes within its credit (AMQP 1.0 §2.6.7). */
    void drain(Consumer consumer) {
        if (!consumer.attached || consumer.draining) return;
        consumer.draining = true;
        draining.add(consumer);
    }

    void settle(Delivery delivery, Outcome outcome, List<TableChange> changes) {
        if (!changes.isEmpty()) effects.change(changes);
        Entry entry = delivery.entry;
        if (entry.delivery != delivery) {
            stale++;
            return;
        }
        Consumer owner = delivery.owner;
        boolean wasFull = footprint.isFull(owner);
        if (outcome instanceof Outcome.Accepted) {
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
            }
            putBack(delivery);
        }
        if (wasFull) available(owner);
    }

    void confirm(Subscription subscription, long token) {
        effects.confirm(subscription, token);
    }

    void loaded(List<Entry> entries, List<Message> messages) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            entry.loading = false;
            loading--;
            if (entry.doomed && !entry.ended) drop(entry);
            if (i < messages.size() && !entry.ended && entry.message == null && entry.delivery == null) {
                entry.message = messages.get(i);
                footprint.keeps(entry);
                readBack.add(entry);
            }
        }
        for (Entry last = readBack.excess(settings.windowBytes());
                last != null;
                last = readBack.excess(settings.windowBytes())) {
            forgetBody(last);
        }
        if (messages.size() < entries.size()) halted = true; // the log cannot be read: deliver nothing, lose nothing
    }

    /** The log knows the queue from now on. */
    void becomeDurable() {
        settings = settings.asDurable();
    }

    /** Nothing is delivered any more, since the store has failed. */
    void halt() {
        halted = true;
    }

    /** Puts an entry that an earlier life left in its place, before the first command. */
    void restore(Entry entry) {
        entry.seq = nextSeq++;
        entry.delivered = true; // whether someone saw it is not known
        ready.add(entry);
        footprint.report(ready.size() + unsettled);
    }

    void delete() {
        if (deleted) return;
        deleted = true;
        for (Entry entry : ready.removeAll()) die(entry);
        for (Consumer consumer : consumers) {
            for (Delivery delivery : consumer.acquired) {
                delivery.entry.delivery = null;
                die(delivery.entry);
            }
            consumer.acquired.clear();
            consumer.attached = false;
            effects.deleted(consumer.subscription);
        }
        consumers.clear();
        ring.clear();
        draining.clear();
        readBack.clear();
        reservations.clear();
        unsettled = 0;
        footprint.clear();
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
        boolean more = handOverSome();
        answerDrains();
        footprint.report(ready.size() + unsettled);
        return more;
    }

    private boolean handOverSome() {
        for (int turns = ENTRIES_PER_TURN; !halted; turns--) {
            Entry entry = ready.peek();
            if (entry == null || ring.isEmpty()) return false;
            if (entry.loading) return false; // nothing ends whose record is being read
            if (turns == 0) return true;
            if (entry.reservedFor == null && clock.millis() >= entry.expiresAtMillis) {
                ready.removeFirst();
                expired++;
                end(entry);
                continue;
            }
            if (entry.message == null) {
                load();
                return false;
            }
            if (!handOver(entry)) return false;
        }
        return false;
    }

    /** False if no consumer can take more. Round robin among those that can. */
    private boolean handOver(Entry entry) {
        boolean someoneCan = false;
        for (int turns = ring.size(); turns > 0; turns--) {
            Consumer consumer = ring.remove();
            if (!consumer.canTake() || footprint.isFull(consumer)) {
                consumer.inRing = false;
                continue;
            }
            ring.add(consumer);
            someoneCan = true;
            if (entry.isRefusedBy(consumer)) continue;
            ready.removeFirst();
            acquire(consumer, entry);
            return true;
        }
        if (someoneCan) ready.setFirstAside();
        return someoneCan;
    }

    private void acquire(Consumer consumer, Entry entry) {
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

    private void load() {
        if (loading > 0) return;
        List<Entry> wanted = ready.firstNotResident(LOAD_ENTRIES, Math.max(1, settings.windowBytes() / 4));
        if (wanted.isEmpty()) return;
        for (Entry entry : wanted) entry.loading = true;
        loading = wanted.size();
        effects.load(wanted);
    }

    /** A drain is answered when nothing more comes for this consumer: no entry, no credit. Not while the loop lags. */
    private void answerDrains() {
        if (draining.isEmpty()) return;
        boolean nothingLeft = ready.peek() == null || halted;
        draining.removeIf(consumer -> {
            if (consumer.hasCredit() && !nothingLeft && !footprint.isFull(consumer)) return false;
            consumer.draining = false;
            effects.drained(consumer.subscription);
            return true;
        });
    }

    private void putBack(Delivery delivery) {
        release(delivery);
        ready.putBack(delivery.entry);
    }

    private void release(Delivery delivery) {
        delivery.owner.acquired.remove(delivery);
        footprint.released(delivery.owner, delivery.entry);
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
        effects.settle(entry);
    }

    private void forgetBody(Entry entry) {
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
