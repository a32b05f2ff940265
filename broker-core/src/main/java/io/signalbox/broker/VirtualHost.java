package io.signalbox.broker;

import io.signalbox.broker.CatalogueException.Reason;
import io.signalbox.broker.filter.FilterSyntaxException;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.retained.RetainedMessages;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A namespace of exchanges, queues and bindings. Thread-safe: lookups take no lock, and changes that concern one queue
 * exclude each other by its name. What takes a {@link Loop} is called on that loop and answered there, after the force.
 */
public final class VirtualHost {

    /** The exchange of MQTT topics, shared with AMQP topic addresses. */
    public static final String TOPICS = "topics";

    private static final String DEFAULT_EXCHANGE = "";

    private final String name;
    private final Broker broker;
    private final MessageStore store;
    private final RetainedMessages retained;
    private final ConcurrentHashMap<String, DeclaredQueue> queues = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, DeclaredExchange> exchanges = new ConcurrentHashMap<>();
    private final Exchange topics = new Exchange(TOPICS, ExchangeType.MQTT_TOPIC, false);

    /** A queue, and what leads to it; changed where changes of the queue exclude each other. */
    private static final class DeclaredQueue extends MessageQueue {

        /** Must be durable before its existence may be confirmed. */
        volatile long lsn;

        /** Made when there is the first. */
        volatile Map<BoundBy, Recorded> bindings = Map.of();

        DeclaredQueue(long id, QueueSettings settings, Broker broker, long lsn) {
            super(id, settings, broker.store(), broker.homeOf(id), broker.queueContext());
            this.lsn = lsn;
        }

        /** A record at {@code durableLsn} says all that is known of it. */
        void recordedAt(long durableLsn) {
            lsn = durableLsn;
            for (BoundBy by : bindings.keySet()) {
                bindings.computeIfPresent(by, (key, known) -> new Recorded(known.bound(), durableLsn));
            }
        }

        void put(BoundBy by, Recorded binding) {
            Map<BoundBy, Recorded> known = bindings.isEmpty() ? new ConcurrentHashMap<>(2) : bindings;
            known.put(by, binding);
            bindings = known;
        }
    }

    private record DeclaredExchange(Exchange exchange, long lsn) {}

    private record BoundBy(String exchange, String key) {}

    /** What leads to a queue. */
    public record Bound(String exchange, BindingTerms terms) {}

    private record Recorded(Bound bound, long lsn) {
        BindingTerms terms() {
            return bound.terms();
        }
    }

    VirtualHost(String name, Broker broker, RetainedMessages retained) {
        this.name = name;
        this.broker = broker;
        this.store = broker.store();
        this.retained = retained;
        for (Exchange exchange : List.of(
                Exchange.ofNames(DEFAULT_EXCHANGE, this::find),
                topics,
                new Exchange("amq.direct", ExchangeType.DIRECT, false),
                new Exchange("amq.fanout", ExchangeType.FANOUT, false),
                new Exchange("amq.topic", ExchangeType.TOPIC, false),
                new Exchange("amq.match", ExchangeType.HEADERS, false))) {
            exchanges.put(exchange.name(), new DeclaredExchange(exchange, 0));
        }
    }

    /** Where messages are kept. */
    public MessageStore store() {
        return store;
    }

    public String name() {
        return name;
    }

    public Exchange topics() {
        return topics;
    }

    /** The last values of topics. */
    public RetainedMessages retained() {
        return retained;
    }

    public Optional<Exchange> exchange(String exchangeName) {
        return Optional.ofNullable(exchanges.get(exchangeName)).map(DeclaredExchange::exchange);
    }

    public Optional<MessageQueue> queue(String queueName) {
        return Optional.ofNullable(find(queueName));
    }

    private @Nullable MessageQueue find(String queueName) {
        return queues.get(queueName);
    }

    /** All queues, in no order, as they are at this moment. */
    public Collection<MessageQueue> queues() {
        return List.copyOf(queues.values());
    }

    /** Goes along all queues without a list of them; one that comes or goes meanwhile may be met or not. */
    Iterator<MessageQueue> eachQueue() {
        return Collections.<MessageQueue>unmodifiableCollection(queues.values()).iterator();
    }

    /** What leads to a queue at this moment, besides its name; nothing if there is no such queue. */
    public Set<Bound> bindings(String queueName) {
        DeclaredQueue declared = queues.get(queueName);
        if (declared == null) return Set.of();
        return declared.bindings.values().stream().map(Recorded::bound).collect(Collectors.toUnmodifiableSet());
    }

    /** A way in for one producer. {@code origin} is what {@link Binding#noLocal} is compared with. */
    public Publisher openPublisher(Loop loop, Object origin, PublishListener listener) {
        return new Publisher(loop, store, broker, origin, listener);
    }

    /** A consumer without a queue; it gets what bindings lead to it. */
    public DirectSubscription openDirect(Loop loop, DirectListener listener) {
        return new DirectSubscription(loop, broker.counters(), listener);
    }

    /**
     * Makes a queue, or finds the one of that name if it was declared alike.
     *
     * @return fails with a {@link CatalogueException}
     */
    public CompletionStage<MessageQueue> declareQueue(Loop loop, QueueSettings wanted) {
        return Promise.on(loop, () -> {
            DeclaredQueue declared = queues.compute(wanted.name(), (key, existing) -> {
                if (existing != null) return sameAs(wanted, existing);
                long id = broker.nextQueueId();
                long lsn = 0;
                if (wanted.durable()) {
                    lsn = broker.append(new WriteBatch()
                            .put(broker.queueTable(), CatalogueCodec.key(name, key), CatalogueCodec.queue(id, wanted)));
                }
                return add(id, wanted, lsn);
            });
            return new Promise<>(declared, declared.lsn);
        });
    }

    /** Lets a queue that was declared transient survive a restart, with the durable messages that come from now on. */
    public CompletionStage<MessageQueue> makeDurable(Loop loop, String queueName) {
        return Promise.on(loop, () -> {
            DeclaredQueue durable = queues.computeIfPresent(queueName, (key, declared) -> {
                if (declared.settings().durable()) return declared;
                WriteBatch batch = new WriteBatch();
                declared.bindings.forEach((by, known) -> putBinding(batch, key, by, known.terms()));
                long lsn = broker.append(batch.put(
                        broker.queueTable(),
                        CatalogueCodec.key(name, key),
                        CatalogueCodec.queue(declared.id(), declared.settings().asDurable())));
                declared.becomeDurable(); // after its record, so that no message for it comes before that in the log
                declared.recordedAt(lsn);
                return declared;
            });
            if (durable == null) throw noSuchQueue(queueName);
            return new Promise<>(durable, durable.lsn);
        });
    }

    private DeclaredQueue sameAs(QueueSettings wanted, DeclaredQueue existing) {
        QueueSettings present = existing.settings();
        if (present.durable() != wanted.durable() || present.purpose() != wanted.purpose()) {
            throw new CatalogueException(
                    Reason.EXISTS_DIFFERENT,
                    "The queue " + wanted.name() + " exists and is " + (present.durable() ? "durable" : "not durable")
                            + "; use another name or remove it first.");
        }
        return existing;
    }

    private DeclaredQueue add(long id, QueueSettings settings, long lsn) {
        DeclaredQueue queue = new DeclaredQueue(id, settings, broker, lsn);
        broker.policies().govern(queue);
        return queue;
    }

    /** Ends a queue with its bindings and all that is in it. */
    public CompletionStage<MessageQueue> deleteQueue(Loop loop, String queueName) {
        return Promise.on(loop, () -> {
            DeclaredQueue[] removed = new DeclaredQueue[1];
            long[] lsn = new long[1];
            queues.computeIfPresent(queueName, (key, declared) -> {
                if (declared.settings().durable()) lsn[0] = appendRemoval(key, declared);
                removed[0] = declared;
                return null;
            });
            if (removed[0] == null) throw noSuchQueue(queueName);
            DeclaredQueue queue = removed[0];
            for (BoundBy bound : queue.bindings.keySet()) {
                exchange(bound.exchange()).ifPresent(exchange -> exchange.removeBinding(bound.key(), queue));
            }
            queue.delete(lsn[0]);
            return new Promise<>(queue, lsn[0]);
        });
    }

    private long appendRemoval(String queueName, DeclaredQueue declared) {
        WriteBatch batch = new WriteBatch()
                .dropQueue(declared.id())
                .remove(broker.queueTable(), CatalogueCodec.key(name, queueName));
        for (BoundBy bound : declared.bindings.keySet()) batch.remove(broker.bindingTable(), key(queueName, bound));
        return broker.append(batch);
    }

    /** Makes an exchange that survives a restart, or finds the one of that name if it has the same type. */
    public CompletionStage<Exchange> declareExchange(Loop loop, String exchangeName, ExchangeType type) {
        return Promise.on(loop, () -> {
            checkLength("An exchange name", exchangeName);
            DeclaredExchange declared = exchanges.compute(exchangeName, (key, existing) -> {
                if (existing != null && existing.exchange().type() != type) {
                    throw new CatalogueException(
                            Reason.EXISTS_DIFFERENT,
                            "The exchange " + key + " exists with type "
                                    + existing.exchange().type() + ".");
                }
                if (existing != null) return existing;
                long lsn = broker.append(new WriteBatch()
                        .put(
                                broker.exchangeTable(),
                                CatalogueCodec.key(name, key),
                                CatalogueCodec.exchange(key, type)));
                return new DeclaredExchange(new Exchange(key, type, true), lsn);
            });
            return new Promise<>(declared.exchange(), declared.lsn());
        });
    }

    /** Lets a queue receive what an exchange routes by {@code key}; lasts as long as the queue does. */
    public CompletionStage<MessageQueue> bind(Loop loop, String exchangeName, String queueName, String key) {
        return bind(loop, exchangeName, queueName, BindingTerms.of(key));
    }

    /**
     * Lets a queue receive what an exchange routes on these terms, in place of others with the same key; lasts as long as the
     * queue does.
     */
    public CompletionStage<MessageQueue> bind(Loop loop, String exchangeName, String queueName, BindingTerms terms) {
        return Promise.on(loop, () -> {
            if (exchangeName.equals(DEFAULT_EXCHANGE)) {
                throw new CatalogueException(
                        Reason.INVALID,
                        "Every queue is bound to the default exchange by its name, and by nothing else.");
            }
            Exchange exchange = exchange(exchangeName)
                    .orElseThrow(() -> new CatalogueException(
                            Reason.NOT_FOUND, "There is no exchange " + exchangeName + "; declare it first."));
            long[] lsn = new long[1];
            checkLength("A binding key", terms.key());
            checkLength("A publisher's name", terms.noLocalName());
            DeclaredQueue bound = queues.computeIfPresent(queueName, (k, declared) -> {
                Recorded known = declared.bindings.get(new BoundBy(exchangeName, terms.key()));
                lsn[0] = known != null && known.terms().equals(terms)
                        ? known.lsn()
                        : newBinding(exchange, declared, terms);
                return declared;
            });
            if (bound == null) throw noSuchQueue(queueName);
            return new Promise<>(bound, lsn[0]);
        });
    }

    /** A binding is there with its record or not at all. */
    private long newBinding(Exchange exchange, DeclaredQueue queue, BindingTerms terms) {
        if (queue.settings().durable()
                && terms.noLocal().isPresent()
                && terms.noLocalName().isEmpty()) {
            throw new CatalogueException(Reason.INVALID, "A durable binding leaves a publisher out by its name only.");
        }
        BoundBy by = new BoundBy(exchange.name(), terms.key());
        addBinding(exchange, queue, terms);
        boolean recorded = false;
        try {
            long lsn =
                    queue.settings().durable() ? appendBinding(queue.settings().name(), by, terms) : 0;
            queue.put(by, new Recorded(new Bound(exchange.name(), terms), lsn));
            recorded = true;
            return lsn;
        } finally {
            if (!recorded) takeBack(exchange, queue, by);
        }
    }

    private static void takeBack(Exchange exchange, DeclaredQueue declared, BoundBy by) {
        Recorded earlier = declared.bindings.get(by);
        if (earlier == null) exchange.removeBinding(by.key(), declared);
        else exchange.addBinding(earlier.terms().bindingTo(declared));
    }

    private static void addBinding(Exchange exchange, MessageQueue queue, BindingTerms terms) {
        try {
            exchange.addBinding(terms.bindingTo(queue));
        } catch (FilterSyntaxException e) {
            throw new CatalogueException(Reason.INVALID, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new CatalogueException(Reason.INVALID, "The binding key is not valid: " + e.getMessage() + ".");
        }
    }

    private long appendBinding(String queueName, BoundBy by, BindingTerms terms) {
        return broker.append(putBinding(new WriteBatch(), queueName, by, terms));
    }

    private WriteBatch putBinding(WriteBatch batch, String queueName, BoundBy by, BindingTerms terms) {
        return batch.put(
                broker.bindingTable(), key(queueName, by), CatalogueCodec.binding(by.exchange(), queueName, terms));
    }

    private byte[] key(String queueName, BoundBy by) {
        return CatalogueCodec.key(name, by.exchange(), queueName, by.key());
    }

    /** What the catalogue can keep. */
    private static void checkLength(String what, String text) {
        if (text.length() > CatalogueCodec.MAX_TEXT_CHARS) {
            throw new CatalogueException(
                    Reason.INVALID, what + " has at most " + CatalogueCodec.MAX_TEXT_CHARS + " characters.");
        }
        if (text.indexOf('\0') >= 0) throw new CatalogueException(Reason.INVALID, what + " has no NUL character.");
    }

    private static CatalogueException noSuchQueue(String queueName) {
        return new CatalogueException(Reason.NOT_FOUND, "There is no queue " + queueName + ".");
    }

    // What an earlier life left, before anyone is let in.

    MessageQueue restoreQueue(long id, QueueSettings settings) {
        DeclaredQueue declared = add(id, settings, 0);
        queues.put(settings.name(), declared);
        return declared;
    }

    void restoreExchange(Exchange exchange) {
        exchanges.put(exchange.name(), new DeclaredExchange(exchange, 0));
    }

    void restoreBinding(String exchangeName, String queueName, BindingTerms terms) {
        DeclaredQueue declared = queues.get(queueName);
        Optional<Exchange> exchange = exchange(exchangeName);
        if (declared == null || exchange.isEmpty()) {
            throw new IllegalStateException("the binding " + exchangeName + " → " + queueName + " leads nowhere");
        }
        exchange.get().addBinding(terms.bindingTo(declared));
        declared.put(new BoundBy(exchangeName, terms.key()), new Recorded(new Bound(exchangeName, terms), 0));
    }
}
