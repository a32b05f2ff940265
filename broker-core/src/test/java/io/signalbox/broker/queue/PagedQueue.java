package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.HeapPages;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.SubscriptionSettings.Mode;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The rules of a queue with chunks of four slots over a log and pages that answer when the test says so. */
final class PagedQueue implements QueueEffects {
    private static final int SLOT_BITS = 2;
    private static final int MOST_TURNS = 100_000;

    /** All bodies are in the log only. */
    private static final int WINDOW_BYTES = 0;

    private final QueueSettings settings =
            new QueueSettings("q", true, QueueSettings.Purpose.SHARED, WINDOW_BYTES, "test");
    final HeapPages pages = new HeapPages();
    final Map<Long, Message> log;
    final MemoryBudget memory;
    final QueueState state;
    final List<List<Entry>> loads = new ArrayList<>();
    final List<Delivery> deliveries = new ArrayList<>();
    final Set<Long> dead = new TreeSet<>();
    int drained;

    /** @param indexBytes what the index may have before what is cold of it leaves memory */
    PagedQueue(Map<Long, Message> log, long indexBytes) {
        this.log = log;
        this.memory = new MemoryBudget(1 << 30, indexBytes, SLOT_BITS);
        state = new QueueState(this, new QueueContext(() -> Instant.EPOCH, memory));
    }

    @Override
    public QueueSettings settings() {
        return settings;
    }

    /** Until nothing more happens. */
    void answer() {
        for (int turns = 0; state.dispatch() || !loads.isEmpty() || pages.isAsked(); turns++) {
            assertTrue(turns < MOST_TURNS, "somebody goes in circles");
            pages.answer();
            answerReads();
        }
    }

    void answerReads() {
        List<List<Entry>> now = List.copyOf(loads);
        loads.clear();
        for (List<Entry> entries : now) {
            state.loaded(
                    entries, entries.stream().map(entry -> log.get(entry.lsn)).toList());
        }
    }

    /** An image below this LSN has been told: what is cold leaves. */
    void captured(long belowLsn) {
        QueueImage image = state.image(belowLsn);
        while (image.nextPart() != null) {}
        state.captured(image);
        while (state.dispatch()) {}
    }

    Consumer attach(String name, Mode mode, Optional<Filter> filter, long limit) {
        SubscriptionSettings settings = new SubscriptionSettings(null, Settlement.BY_CONSUMER, name, filter, mode);
        Consumer consumer = new Subscription(null, settings, "", null).consumer();
        state.attach(consumer);
        grant(consumer, limit);
        return consumer;
    }

    void grant(Consumer consumer, long limit) {
        consumer.limit = limit;
        state.available(consumer);
    }

    /** What has been delivered since the last call. */
    List<Delivery> taken() {
        List<Delivery> now = List.copyOf(deliveries);
        deliveries.clear();
        return now;
    }

    @Override
    public void deliver(Delivery delivery) {
        delivery.owner.received(delivery.entry.bodyBytes);
        deliveries.add(delivery);
    }

    @Override
    public void settle(long lsn) {}

    @Override
    public void forget(long lsn, java.util.function.Consumer<LongConsumer> named) {
        named.accept(each -> assertTrue(dead.add(each), each + " is dead twice"));
    }

    @Override
    public void change(List<TableChange> changes) {}

    @Override
    public void confirm(Subscription subscription, long token) {}

    @Override
    public void load(List<Entry> entries) {
        loads.add(entries);
    }

    @Override
    public Pages pages() {
        return pages;
    }

    @Override
    public void fetch(PageLoad.Wanted chunk) {
        PageLoad load = new PageLoad("q", chunk, command -> command.applyTo(state));
        pages.read(chunk.stub().page, load::came, load::failed);
    }

    @Override
    public void wakeAt(long millis) {}

    @Override
    public void consumedBy(@Nullable Subscription only) {}

    @Override
    public void drained(Subscription subscription) {
        drained++;
    }

    @Override
    public void deleted(Subscription subscription) {}
}
