package io.signalbox.broker;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueContext;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.retained.RetainedMessages;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The core: virtual hosts over one store. Opened by one thread before any listener; thread-safe from then on. Closing it
 * closes the store; listeners are closed first.
 */
public final class Broker implements AutoCloseable {

    /** The virtual host that a client lands in when it names none. */
    public static final String DEFAULT_VIRTUAL_HOST = "default";

    /** Queue ids reserved in the log at a time; an id is never used before its reservation is appended. */
    private static final long RESERVED_IDS = 1 << 20;

    private static final String QUEUE_ID_LIMIT = "queue-id-limit";
    private static final byte[] QUEUE_ID_LIMIT_KEY = QUEUE_ID_LIMIT.getBytes(StandardCharsets.UTF_8);

    private final MessageStore store;
    private final InstantSource clock;
    private final List<Loop> loops;
    private final IdentityHashMap<Executor, Loop> loopOf = new IdentityHashMap<>();
    private final BrokerCounters counters = new BrokerCounters();
    private final MemoryBudget memory;
    private final Map<String, VirtualHost> virtualHosts = new ConcurrentHashMap<>();
    private final QueueImages images;
    private final QueueContext queueContext;
    private final StateTable numberTable;
    private final StateTable queueTable;
    private final StateTable exchangeTable;
    private final StateTable bindingTable;
    private final Users users;
    private final Policies policies;
    private final AtomicLong nextQueueId = new AtomicLong(1);

    /** The first id not reserved, by its key: the map lets reservations exclude each other, so their records never cross. */
    private final ConcurrentHashMap<String, Long> reserved = new ConcurrentHashMap<>();

    private long recoveredMessages;

    private Broker(BrokerSettings settings) {
        this.store = settings.store();
        this.clock = settings.clock();
        this.memory = settings.memory();
        this.queueContext = new QueueContext(clock, memory);
        this.loops = settings.eventLoops().stream()
                .map(executor -> new Loop(executor, store))
                .toList();
        for (int i = 0; i < loops.size(); i++) loopOf.put(settings.eventLoops().get(i), loops.get(i));
        this.images = new QueueImages(loops, virtualHosts.values());
        this.numberTable = store.table("broker.numbers");
        this.queueTable = store.table(QueueNames.TABLE);
        this.exchangeTable = store.table("broker.exchanges");
        this.bindingTable = store.table("broker.bindings");
        this.policies = new Policies(store, numberTable);
        this.users = new Users(this, store.table("broker.users"));
        RetainedMessages retained = new RetainedMessages(DEFAULT_VIRTUAL_HOST, settings, loops, memory);
        virtualHosts.put(DEFAULT_VIRTUAL_HOST, new VirtualHost(DEFAULT_VIRTUAL_HOST, this, retained));
    }

    /**
     * Recovers what an earlier life left and opens the broker: {@link #recover} and {@link #begin}.
     *
     * @throws StoreException if the store cannot be opened; its message says why and what to do
     */
    public static Broker open(BrokerSettings settings) throws StoreException {
        Broker broker = recover(settings);
        broker.begin();
        return broker;
    }

    /**
     * The same for whoever has to say more of what an earlier life left, as policies and sessions do, before a queue gets its first command:
     * until {@link #begin} the broker gives none of its own.
     *
     * @throws StoreException as {@link #open}
     */
    public static Broker recover(BrokerSettings settings) throws StoreException {
        Broker broker = new Broker(settings);
        Recovery recovery = broker.new Recovery(settings);
        broker.store.recover(recovery, broker.images);
        recovery.restoreCatalogue();
        broker.users.restore();
        recovery.end();
        for (VirtualHost host : broker.virtualHosts.values()) host.retained().restore();
        broker.reserveQueueIds(broker.nextQueueId.get());
        return broker;
    }

    /** All that an earlier life left has its owner. Once. */
    public void begin() {
        images.begin();
    }

    /** The core's view of one of the event loops given at the start. */
    public Loop loopOf(Executor eventLoop) {
        Loop loop = loopOf.get(eventLoop);
        if (loop == null) throw new IllegalArgumentException("not one of this broker's event loops: " + eventLoop);
        return loop;
    }

    public Optional<VirtualHost> virtualHost(String name) {
        return Optional.ofNullable(virtualHosts.get(name));
    }

    public VirtualHost defaultVirtualHost() {
        return virtualHost(DEFAULT_VIRTUAL_HOST).orElseThrow();
    }

    /** Who may log in, to any virtual host. */
    public Users users() {
        return users;
    }

    public MessageStore store() {
        return store;
    }

    public InstantSource clock() {
        return clock;
    }

    /**
     * Tells a loop, on that loop, what time it is. Whoever runs the loops calls this some times a second for each; it costs next to
     * nothing if nobody is due.
     */
    public void tick(Loop loop) {
        long nowMillis = clock.millis();
        if (loop == loops.get(0)) policies.tick(nowMillis);
        loop.tick(nowMillis);
    }

    /** Puts all queues under policies, also those to come; the first that is for a queue counts. Before anybody is let in. */
    public void govern(List<QueuePolicy> wanted) {
        policies.set(wanted);
        for (VirtualHost host : virtualHosts.values()) host.eachQueue().forEachRemaining(policies::govern);
    }

    QueueContext queueContext() {
        return queueContext;
    }

    Policies policies() {
        return policies;
    }

    /** What the queues hold of the heap. */
    public MemoryBudget memory() {
        return memory;
    }

    public BrokerCounters counters() {
        return counters;
    }

    /** Unsettled messages found at the start, counted once per queue. */
    public long recoveredMessages() {
        return recoveredMessages;
    }

    /** Runs {@code action} once when the store fails: the listeners close their connections, nothing is confirmed any more. */
    public void onStoreFailure(Runnable action) {
        store.onFailure(action);
    }

    @Override
    public void close() throws StoreException {
        store.close();
    }

    StateTable queueTable() {
        return queueTable;
    }

    StateTable exchangeTable() {
        return exchangeTable;
    }

    StateTable bindingTable() {
        return bindingTable;
    }

    Loop homeOf(long queueId) {
        return loops.get((int) Math.floorMod(queueId, (long) loops.size()));
    }

    /** Appends a change of the catalogue. */
    long append(WriteBatch batch) {
        long lsn = store.append(batch);
        if (lsn == MessageStore.FULL) {
            throw new CatalogueException(
                    CatalogueException.Reason.STORE_BUSY, "The log has no space at this moment; try again.");
        }
        if (lsn == MessageStore.FAILED) {
            throw new CatalogueException(
                    CatalogueException.Reason.STORE_FAILED,
                    store.failure().map(Throwable::getMessage).orElse("The store has failed; restart the broker."));
        }
        return lsn;
    }

    /** A queue id that no queue has had, in this life or an earlier one. */
    long nextQueueId() {
        long id = nextQueueId.getAndIncrement();
        if (id >= reserved.getOrDefault(QUEUE_ID_LIMIT, 0L)) reserveQueueIds(id);
        return id;
    }

    private void reserveQueueIds(long id) {
        reserved.compute(QUEUE_ID_LIMIT, (key, limit) -> {
            if (limit != null && id < limit) return limit; // another loop was first
            long next = id + RESERVED_IDS;
            append(new WriteBatch().put(numberTable, QUEUE_ID_LIMIT_KEY, CatalogueCodec.number(next)));
            return next;
        });
    }

    private final class Recovery implements RecoverySink {
        private final BrokerSettings settings;
        private final Map<Long, MessageQueue> queuesById = new HashMap<>();
        private boolean catalogueRestored;

        Recovery(BrokerSettings settings) {
            this.settings = settings;
        }

        void restoreCatalogue() {
            if (catalogueRestored) return;
            catalogueRestored = true;
            // What was reserved and not used is skipped.
            numberTable.get(QUEUE_ID_LIMIT_KEY).map(CatalogueCodec::number).ifPresent(nextQueueId::set);
            VirtualHost host = defaultVirtualHost();
            exchangeTable.forEach((key, value) -> {
                Exchange exchange = CatalogueCodec.exchange(value);
                host.restoreExchange(exchange);
            });
            queueTable.forEach((key, value) -> {
                CatalogueCodec.StoredQueue queue = CatalogueCodec.queue(value);
                queuesById.put(queue.id(), host.restoreQueue(queue.id(), queue.settings()));
            });
            bindingTable.forEach((key, value) -> {
                CatalogueCodec.StoredBinding binding = CatalogueCodec.binding(value);
                host.restoreBinding(binding.exchange(), binding.queue(), binding.terms());
            });
        }

        void end() {
            for (MessageQueue queue : queuesById.values()) queue.recovery().end();
        }

        @Override
        public void image(long queueId, byte[] image, LongConsumer living) {
            restoreCatalogue();
            MessageQueue queue = queuesById.get(queueId);
            if (queue != null) recoveredMessages += queue.recovery().image(image, living);
        }

        @Override
        public boolean entry(long queueId, long lsn, int targetFlags, Message message) {
            restoreCatalogue();
            MessageQueue queue = queuesById.get(queueId);
            if (queue == null || TargetFlags.isTransient(targetFlags)) return false;
            queue.recovery().entry(lsn, targetFlags, message);
            recoveredMessages++;
            return true;
        }

        @Override
        public boolean settled(long queueId, long lsn) {
            restoreCatalogue();
            MessageQueue queue = queuesById.get(queueId);
            if (queue == null || !queue.recovery().settled(lsn)) return false;
            recoveredMessages--;
            return true;
        }

        @Override
        public void progress(long bytesDone, long bytesTotal) {
            settings.recoveryProgress().accept(bytesDone, bytesTotal);
        }
    }
}
