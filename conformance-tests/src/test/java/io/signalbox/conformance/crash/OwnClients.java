package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.BrokerProcess;
import java.util.List;
import java.util.Random;

/**
 * Peers that say each frame themselves. Two AMQP producers fill a queue that two AMQP consumers share. An MQTT producer and a
 * third AMQP producer publish to topics that a second queue is bound to and a persistent MQTT session subscribes to, so that
 * each of their messages has two targets.
 */
final class OwnClients implements Cast {

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
    private MqttConsumer.Session sessionState = MqttConsumer.Session.NEW;

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public void declare(BrokerProcess broker) {
        broker.control().addQueue(ORDERS);
        broker.control().addQueue(READINGS);
        broker.control().bindQueue(READINGS, TOPICS + "#");
    }

    @Override
    public List<TrafficClient> consumers(BrokerProcess broker) {
        TrafficClient device = new MqttConsumer(broker, SESSION, TOPICS + "+", sessionState, session, SESSION_LIMITS);
        sessionState = MqttConsumer.Session.KEPT;
        return List.of(
                device,
                new AmqpConsumer(broker, ORDERS, "orders-1", orders, SHARED_LIMITS),
                new AmqpConsumer(broker, ORDERS, "orders-2", orders, SHARED_LIMITS),
                new AmqpConsumer(broker, READINGS, "readings", readings, LIMITS));
    }

    @Override
    public List<TrafficClient> producers(BrokerProcess broker, Random seeds) {
        return List.of(
                new AmqpProducer(broker, ORDERS, firstOrders, LIMITS, new Random(seeds.nextLong())),
                new AmqpProducer(broker, ORDERS, secondOrders, LIMITS, new Random(seeds.nextLong())),
                new MqttProducer(broker, TOPICS + "mqtt", mqttReadings, LIMITS, new Random(seeds.nextLong())),
                new AmqpProducer(
                        broker, "topic://" + TOPICS + "amqp", amqpReadings, LIMITS, new Random(seeds.nextLong())));
    }

    @Override
    public List<TargetJournal> held() {
        return List.of(orders, readings);
    }

    @Override
    public List<TargetJournal> settled() {
        return List.of(orders, readings);
    }

    @Override
    public List<String> queues() {
        return List.of(ORDERS, READINGS);
    }
}
