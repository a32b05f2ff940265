package io.signalbox.broker.queue;

import io.signalbox.broker.message.Message;
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

    /** What the rules want done; carried out by the queue that owns them. */
    interface Effects {
        void deliver(Delivery delivery);

        /** The entry has ended; its log record, where it has one, is told. */
        void settle(Entry entry);

        /** Tell the subscription when everything settled so far is durable. */
        void confirm(Subscription subscription, long token);

        /** Bring these entries' bodies into memory; {@link #loaded} follows. */
        void load(List<Entry> entries);

        void drained(Subscription subscription);

        void deleted(Subscription subscription);
    }

    private static final int LOAD_ENTRIES = 128;

    /** Entries handed over, ended or set aside before commands get their turn. */
    private static final int ENTRIES_PER_TURN = 1024;

    private final Effects effects;
    private final InstantSource clock;
    private final QueueSettings settings;
    private final HeldMemory memory;
    private final ReadyEntries ready = new ReadyEntries();
    private final ArrayDeque<Consumer> ring = new ArrayDeque<>(2);
    private final List<Consumer> consumers = new ArrayList<>(1);
    private final List<Consumer> draining = new ArrayList<>(0);
    private final ReadBackBodies readBack = new ReadBackBodies();
    private long nextSeq;
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

    QueueState(Effects effects, InstantSource clock, QueueSettings settings, MemoryBudget memory) {
        this.effects = effects;
        this.clock = clock;
        this.settings = settings;
        this.memory = new HeldMemory(memory);
    }

    void enqueue(Entry entry) {
        enqueued++;
        if (deleted) {
            end(entry);
            return;
        }
        entry.seq = nextSeq++;
        if (entry.message != null) {
            if (entry.lsn != 0 && isBeyondWindow(entry)) {
                entry.message = null; // what is beyond the window is read back when its turn comes
            } else {
                countResident(entry);
            }
        }
        ready.add(entry);
    }

    void passThrough(Entry entry) {
        enqueued++;
        Message message = entry.message;
        for (Consumer consumer : consumers) {
            if (message == null || consumer.suspended || !consumer.hasRoom()) continue;
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

    /** The new consumer holds what the old one's owner says it has; the rest of the old one's is released. */
    void takeOver(Consumer consumer, Consumer predecessor, List<Delivery> kept) {
        if (!deleted) {
            Set<Delivery> keep = new HashSet<>(kept);
            for (Delivery delivery : List.copyOf(predecessor.acquired)) {
                if (!keep.contains(delivery)) continue;
                predecessor.acquired.remove(delivery);
                memory.released(predecessor, delivery.entry);
                memory.acquired(consumer, delivery.entry);
                delivery.owner = consumer;
                consumer.acquired.add(delivery);
            }
            detach(predecessor);
        }
        attach(consumer);
    }

    void detach(Consumer consumer) {
        if (!consumer.attached) return;
        consumer.attached = false;
        consumers.remove(consumer);
        if (consumer.draining) draining.remove(consumer);
        if (consumer.inRing) ring.remove(consumer);
        consumer.inRing = false;
        for (Delivery delivery : List.copyOf(consumer.acquired)) putBack(delivery);
    }

    /** The consumer's credit or room has changed. */
    void available(Consumer consumer) {
        if (consumer.canTake() && !memory.isFull(consumer) && !consumer.inRing) {
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

    void settle(Delivery delivery, Outcome outcome) {
        Entry entry = delivery.entry;
        if (entry.delivery != delivery) {
            stale++;
            return;
        }
        Consumer owner = delivery.owner;
        boolean wasFull = memory.isFull(owner);
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
            if (i < messages.size() && !entry.ended && entry.message == null && entry.delivery == null) {
                entry.message = messages.get(i);
                countResident(entry);
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

    /** Nothing is delivered any more, since the store has failed. */
    void halt() {
        halted = true;
    }

    /** Puts an entry that an earlier life left in its place, before the first command. */
    void restore(Entry entry) {
        entry.seq = nextSeq++;
        entry.delivered = true; // whether someone saw it is not known
        ready.add(entry);
        reportMemory();
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
        unsettled = 0;
        memory.clear();
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
        reportMemory();
        return more;
    }

    private void reportMemory() {
        memory.report(ready.size() + unsettled);
    }

    private boolean handOverSome() {
        for (int turns = ENTRIES_PER_TURN; !halted; turns--) {
            Entry entry = ready.peek();
            if (entry == null || ring.isEmpty()) return false;
            if (entry.loading) return false; // nothing ends whose record is being read
            if (turns == 0) return true;
            if (clock.millis() >= entry.expiresAtMillis) {
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
            if (!consumer.canTake() || memory.isFull(consumer)) {
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
        memory.acquired(consumer, entry);
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
            if (consumer.hasCredit() && !nothingLeft && !memory.isFull(consumer)) return false;
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
        memory.released(delivery.owner, delivery.entry);
        delivery.entry.delivery = null;
        unsettled--;
    }

    private void end(Entry entry) {
        entry.ended = true;
        settled++;
        forgetBody(entry);
        effects.settle(entry);
    }

    private boolean isBeyondWindow(Entry entry) {
        return memory.residentBytes() + entry.residentBytes > settings.windowBytes() || memory.isTight();
    }

    private void countResident(Entry entry) {
        entry.counted = true;
        memory.addResident(entry);
    }

    private void forgetBody(Entry entry) {
        entry.message = null;
        if (!entry.counted) return;
        if (entry.readBack) readBack.remove(entry);
        entry.counted = false;
        memory.removeResident(entry);
    }

    long residentBytes() {
        return memory.residentBytes();
    }

    QueueStatus status() {
        return new QueueStatus(
                ready.size(),
                unsettled,
                consumers.size(),
                memory.residentBytes(),
                enqueued,
                settled,
                expired,
                rejected,
                dropped,
                stale);
    }
}
