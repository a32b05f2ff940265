package io.signalbox.broker.queue;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a queue: commands in, effects out. Knows no thread, no log and no socket; time is injected. What concerns messages
 * that are in the queue is in its {@link Stock}, which it has from the first of them on; without it a queue is small, however many
 * consumers wait. Confined to whoever drains the queue.
 */
final class QueueState {

    private final QueueEffects effects;
    private final QueueContext context;
    private @Nullable Consumer only; // that which is alone: of very many queues, each has one
    private List<Consumer> several = List.of();
    private @Nullable Stock stock;
    private @Nullable PassThrough through; // made when the first message comes that does not stay

    private boolean deleted;

    QueueState(QueueEffects effects, QueueContext context) {
        this.effects = effects;
        this.context = context;
    }

    /** What is in the queue; made at the first call. */
    Stock stock() {
        Stock made = stock;
        if (made == null) {
            made = new Stock(effects, effects.settings(), context);
            for (Consumer consumer : consumers()) made.attach(consumer);
            stock = made;
        }
        return made;
    }

    /** What is in the queue; null if there never was anything. */
    @Nullable
    Stock existingStock() {
        return stock;
    }

    private List<Consumer> consumers() {
        Consumer alone = only;
        return alone == null ? several : List.of(alone);
    }

    private void consumers(List<Consumer> changed) {
        boolean isOne = changed.size() == 1;
        several = isOne ? List.of() : changed;
        Consumer alone = isOne ? changed.get(0) : null;
        only = alone;
        effects.consumedBy(alone == null ? null : alone.subscription);
    }

    private PassThrough through() {
        PassThrough made = through;
        if (made == null) through = made = new PassThrough(effects);
        return made;
    }

    void enqueue(Entry entry) {
        entry.endToWait(context.memory());
        if (deleted) through().end(entry);
        else stock().enqueue(entry);
    }

    /** Shows a message to one of those who are there, or to nobody. */
    void passThrough(Entry entry) {
        PassThrough to = through();
        to.show(entry, only == null ? to.next(several) : only);
    }

    /** What was settled when it was handed over has not reached its consumer. */
    void lost() {
        through().lost();
    }

    void attach(Consumer consumer) {
        if (deleted) {
            effects.deleted(consumer.subscription);
            return;
        }
        consumer.attached = true;
        consumers(Few.with(consumers(), consumer));
        if (stock != null) stock.attach(consumer);
    }

    void detach(Consumer consumer, List<Delivery> reserved) {
        if (!consumer.attached) return;
        if (stock != null) stock.reserve(consumer, reserved);
        consumer.attached = false;
        consumers(Few.without(consumers(), consumer));
        if (stock != null) stock.detach(consumer);
    }

    void endReserved(String name) {
        if (stock != null) stock.endReserved(name);
    }

    /** Its credit or its room has changed. */
    void available(Consumer consumer) {
        if (stock != null) stock.available(consumer);
    }

    /** The consumer wants to hear when nothing more comes within its credit (AMQP 1.0 §2.6.7). */
    void drain(Consumer consumer) {
        if (stock != null) stock.drain(consumer);
        else if (consumer.attached) effects.drained(consumer.subscription);
    }

    void settle(Delivery delivery, Outcome outcome, List<TableChange> changes) {
        if (!changes.isEmpty()) effects.change(changes);
        stock().settle(delivery, outcome);
    }

    void confirm(Subscription subscription, long token) {
        effects.confirm(subscription, token);
    }

    /** @param messages as {@link ReadBackBodies#come} has them */
    void loaded(List<Entry> entries, List<@Nullable Message> messages) {
        stock().loaded(entries, messages);
    }

    /** What lies in the log at these addresses is not what was written. */
    void damaged(Set<Long> lsns) {
        if (stock == null) return;
        stock.quarantine(lsns);
        stock.cold().seek(lsns);
    }

    /** A page is here; null if it cannot be read. */
    void came(PageLoad load, @Nullable Chunk chunk) {
        Stock present = stock();
        if (chunk == null) {
            present.halt(); // as when the log cannot be read
            return;
        }
        Set<Long> damaged = present.cold().came(load, chunk);
        if (!damaged.isEmpty()) present.quarantine(damaged);
    }

    /** Nothing is delivered and nothing expires any more, since the store has failed. */
    void halt() {
        stock().halt();
    }

    /** The way in for what an earlier life left. */
    QueueRecovery recovery() {
        return new QueueRecovery(this, effects.settings());
    }

    /**
     * Begins an image of what lies in the log below this LSN; what comes or goes before its end may be in it or not. On any loop; it
     * is filled where the queue is drained.
     */
    QueueImage image(long belowLsn) {
        return new QueueImage(this::lane, belowLsn);
    }

    private @Nullable Lane lane(int level) {
        return stock == null ? null : stock.lane(level);
    }

    /** All of this image was told; whether something is to be done for it in another turn. */
    boolean captured(QueueImage image) {
        return stock != null && stock.captured(image, !consumers().isEmpty());
    }

    /** @param lsn of the record that says so, 0 if there is none */
    void delete(long lsn) {
        if (deleted) return;
        deleted = true;
        if (stock == null) effects.forget(lsn, visitor -> {});
        else stock.delete(lsn);
        for (Consumer consumer : consumers()) {
            if (stock != null) consumer.stake().clear();
            consumer.attached = false;
            effects.deleted(consumer.subscription);
        }
        consumers(List.of());
    }

    /** What the queue has its part of. Any thread. */
    MemoryBudget memory() {
        return context.memory();
    }

    /**
     * Hands over what can be handed over; called when a batch of commands has been applied.
     *
     * @return whether there is more, for another turn
     */
    boolean dispatch() {
        return stock != null && stock.dispatch();
    }

    /** The time has come for which {@link QueueEffects#wakeAt} was told. */
    void wake() {
        if (stock != null) stock.wake();
    }

    /** Whether what comes had better be in the log only. Any thread. */
    boolean isWindowFull() {
        Stock present = stock;
        if (present != null) return present.isWindowFull();
        return effects.settings().windowBytes() == 0 || context.memory().isTight();
    }

    QueueStatus status() {
        PassThrough gone = through;
        long passed = gone == null ? 0 : gone.passed();
        long dropped = gone == null ? 0 : gone.dropped();
        Stock present = stock;
        int consumers = consumers().size();
        if (present != null) return present.status(consumers, passed, dropped);
        return new QueueStatus(0, 0, consumers, 0, passed, passed, 0, 0, dropped, 0, 0, QueueStatus.OverLimit.NONE);
    }
}
