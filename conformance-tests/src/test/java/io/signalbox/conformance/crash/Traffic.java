package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * The clients of the campaign, and where their messages go. Two AMQP producers fill a queue that two AMQP consumers share.
 * An MQTT producer and a third AMQP producer publish to topics that a second queue is bound to and a persistent MQTT session
 * subscribes to, so that each of their messages has two targets. Used by one thread.
 */
final class Traffic {

    private static final String ORDERS = "crash.orders";
    private static final String READINGS = "crash.readings";
    private static final String TOPICS = "crash/readings/";
    private static final String SESSION = "crash-session";
    private static final TrafficLimits LIMITS = new TrafficLimits(300, 5_000, 1_700, 3_400, 4_096);
    /** A broker may keep fewer messages in flight to an MQTT client than the client would take. */
    private static final TrafficLimits SESSION_LIMITS = new TrafficLimits(300, 5_000, 100, 2_400, 4_096);

    private static final TrafficLimits SHARED_LIMITS = new TrafficLimits(300, 5_000, 1_000, 2_000, 4_096);

    private final Journal journal = new Journal();
    private final TargetJournal orders = journal.addTarget("queue " + ORDERS);
    private final TargetJournal readings = journal.addTarget("queue " + READINGS);
    private final TargetJournal session = journal.addTarget("session " + SESSION);
    private final Journal.Producer firstOrders = journal.addProducer(orders);
    private final Journal.Producer secondOrders = journal.addProducer(orders);
    private final Journal.Producer mqttReadings = journal.addProducer(readings, session);
    private final Journal.Producer amqpReadings = journal.addProducer(readings, session);
    private final Random seeds;
    private final List<TrafficClient> producers = new ArrayList<>();
    private final List<TrafficClient> consumers = new ArrayList<>();
    private final List<AmqpConsumer> amqpConsumers = new ArrayList<>();
    private MqttConsumer.Session sessionState = MqttConsumer.Session.NEW;

    Traffic(Random seeds) {
        this.seeds = seeds;
    }

    Journal journal() {
        return journal;
    }

    List<TargetJournal> targets() {
        return List.of(orders, readings, session);
    }

    TargetJournal orders() {
        return orders;
    }

    TargetJournal readings() {
        return readings;
    }

    TargetJournal session() {
        return session;
    }

    /** Makes the queues and the binding, once in the life of a data directory. */
    void declare(BrokerProcess broker) {
        broker.control().addQueue(ORDERS);
        broker.control().addQueue(READINGS);
        broker.control().bindQueue(READINGS, TOPICS + "#");
    }

    /** Connects the consumers. The session must be there since its first connection. */
    void startConsumers(BrokerProcess broker) {
        consumers.add(new MqttConsumer(broker, SESSION, TOPICS + "+", sessionState, session, SESSION_LIMITS));
        sessionState = MqttConsumer.Session.KEPT;
        amqpConsumers.add(new AmqpConsumer(broker, ORDERS, "orders-1", orders, SHARED_LIMITS));
        amqpConsumers.add(new AmqpConsumer(broker, ORDERS, "orders-2", orders, SHARED_LIMITS));
        amqpConsumers.add(new AmqpConsumer(broker, READINGS, "readings", readings, LIMITS));
        consumers.addAll(amqpConsumers);
    }

    void startProducers(BrokerProcess broker) {
        producers.add(new AmqpProducer(broker, ORDERS, firstOrders, LIMITS, nextRandom()));
        producers.add(new AmqpProducer(broker, ORDERS, secondOrders, LIMITS, nextRandom()));
        producers.add(new MqttProducer(broker, TOPICS + "mqtt", mqttReadings, LIMITS, nextRandom()));
        producers.add(new AmqpProducer(broker, "topic://" + TOPICS + "amqp", amqpReadings, LIMITS, nextRandom()));
    }

    private Random nextRandom() {
        return new Random(seeds.nextLong());
    }

    /** Waits until both queues have more than this many confirmed and unsettled messages. */
    void awaitUnsettled(int messages) {
        boolean reached = Await.holdsWithin(
                Duration.ofSeconds(60),
                () -> anyEnded() || orders.unsettled() >= messages && readings.unsettled() >= messages);
        failIfAnyEnded();
        if (!reached) throw new AssertionError("not " + messages + " unsettled messages in both queues: " + targets());
    }

    private boolean anyEnded() {
        return all().stream().anyMatch(client -> client.ended().isDone());
    }

    /** Fails if a client has lost its connection. */
    void failIfAnyEnded() {
        for (TrafficClient client : all()) {
            if (client.ended().isDone()) {
                throw new AssertionError(client.getClass().getSimpleName() + " ended: "
                        + client.ended().join());
            }
        }
    }

    private List<TrafficClient> all() {
        List<TrafficClient> all = new ArrayList<>(producers);
        all.addAll(consumers);
        return all;
    }

    /** The broker is gone: waits until every client has seen it, and so written its last line into the journal. */
    void awaitEnds() {
        CompletableFuture<?>[] ends = all().stream().map(TrafficClient::ended).toArray(CompletableFuture<?>[]::new);
        Await.get("the ends of all clients", CompletableFuture.allOf(ends));
        forget();
    }

    private void forget() {
        producers.clear();
        consumers.clear();
        amqpConsumers.clear();
    }

    /** Waits until the broker has answered for everything and the consumers have settled everything, with confirmation. */
    void finish() {
        producers.forEach(TrafficClient::finish);
        Await.until(
                "all producers are answered",
                () -> anyEnded() || producers.stream().allMatch(TrafficClient::isFinished));
        consumers.forEach(TrafficClient::finish);
        Await.until(
                "everything is delivered and settled",
                Duration.ofSeconds(60),
                () -> anyEnded() || consumers.stream().allMatch(TrafficClient::isFinished) && allDelivered());
        failIfAnyEnded();
    }

    private boolean allDelivered() {
        return targets().stream().allMatch(target -> target.neverDelivered() == 0);
    }

    void assertQueuesAreEmpty(BrokerProcess broker) {
        for (String queue : List.of(ORDERS, READINGS)) {
            Await.until("queue " + queue + " is empty", () -> broker.control().depth(queue) == 0);
        }
    }

    /** Drains both queues: whatever comes is written into the journal. */
    void drainQueues() {
        for (AmqpConsumer consumer : amqpConsumers) Await.get("a drained link", consumer.drain());
    }

    void close() {
        all().forEach(TrafficClient::close);
        forget();
    }
}
