package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.List;
import java.util.Random;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.jms.JmsTopic;

/**
 * Qpid JMS in every way to send and to acknowledge, and MQTT at QoS 1 beside it. Two producers, one synchronous and one with
 * a CompletionListener, fill a queue that a CLIENT_ACKNOWLEDGE and an INDIVIDUAL_ACKNOWLEDGE consumer share; another two fill
 * one with an AUTO_ACKNOWLEDGE listener. A JMS and an MQTT publisher reach a durable subscription and a persistent MQTT
 * session.
 */
final class JmsClients implements Cast {

    private static final int INDIVIDUAL_ACKNOWLEDGE = 101; // Qpid JMS
    private static final String LOCAL_RECEIVE = "jms.receiveLocalOnly=true";
    private static final String ORDERS = "jms-crash.orders";
    private static final String TASKS = "jms-crash.tasks";
    private static final String TOPICS = "jms-crash/readings/";
    private static final String SUBSCRIPTION = "readings";
    private static final String SESSION = "jms-crash-session";
    private static final JmsQueue ORDERS_QUEUE = new JmsQueue(ORDERS);
    private static final JmsQueue TASKS_QUEUE = new JmsQueue(TASKS);
    private static final Topic PROBES = new JmsTopic(TOPICS + "probes");
    private static final TrafficLimits LIMITS = new TrafficLimits(100, 1_500, 400, 1_000, 2_048);
    private static final TrafficLimits SESSION_LIMITS = new TrafficLimits(100, 1_500, 50, 1_000, 2_048);

    private final Journal journal = new Journal();
    private final TargetJournal orders = journal.addTarget("queue " + ORDERS);
    private final TargetJournal tasks = journal.addTarget("queue " + TASKS);
    private final TargetJournal subscription = journal.addTarget("durable subscription");
    private final TargetJournal session = journal.addTarget("session " + SESSION);
    private final Journal.Producer oneByOneOrders = journal.addProducer(orders);
    private final Journal.Producer manyOrders = journal.addProducer(orders);
    private final Journal.Producer oneByOneTasks = journal.addProducer(tasks);
    private final Journal.Producer manyTasks = journal.addProducer(tasks);
    private final Journal.Producer jmsReadings = journal.addProducer(subscription, session);
    private final Journal.Producer mqttReadings = journal.addProducer(subscription, session);
    private final Journal.Producer clientProbes = journal.addProducer(orders);
    private final Journal.Producer individualProbes = journal.addProducer(orders);
    private final Journal.Producer autoProbes = journal.addProducer(tasks);
    private final Journal.Producer subscriptionProbes = journal.addProducer(subscription, session);
    private MqttConsumer.Session sessionState = MqttConsumer.Session.NEW;

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public void declare(BrokerProcess broker) {
        broker.control().addQueue(ORDERS);
        broker.control().addQueue(TASKS);
    }

    @Override
    public List<TrafficClient> consumers(BrokerProcess broker) {
        try {
            TrafficClient device =
                    new MqttConsumer(broker, SESSION, TOPICS + "+", sessionState, session, SESSION_LIMITS);
            sessionState = MqttConsumer.Session.KEPT;
            return List.of(
                    device,
                    ordersConsumer(
                            broker, Session.CLIENT_ACKNOWLEDGE, JmsConsumer.Acknowledging.ALL_HELD, clientProbes),
                    ordersConsumer(broker, INDIVIDUAL_ACKNOWLEDGE, JmsConsumer.Acknowledging.ONE, individualProbes),
                    tasksListener(broker),
                    subscriber(broker));
        } catch (JMSException e) {
            throw new AssertionError("a JMS consumer cannot connect", e);
        }
    }

    private TrafficClient ordersConsumer(
            BrokerProcess broker, int mode, JmsConsumer.Acknowledging acknowledging, Journal.Producer probes)
            throws JMSException {
        JmsLink link = JmsLink.connect(broker, LOCAL_RECEIVE);
        MessageConsumer consumer = link.session(mode).createConsumer(ORDERS_QUEUE);
        AcknowledgementProof proof = AcknowledgementProof.on(link, ORDERS_QUEUE, probes, orders);
        return new JmsConsumer(link, consumer, acknowledging, orders, proof, LIMITS.held());
    }

    private TrafficClient tasksListener(BrokerProcess broker) throws JMSException {
        JmsLink link = JmsLink.connect(broker);
        MessageConsumer consumer = link.session(Session.AUTO_ACKNOWLEDGE).createConsumer(TASKS_QUEUE);
        return new JmsListener(link, consumer, tasks, AcknowledgementProof.on(link, TASKS_QUEUE, autoProbes, tasks));
    }

    private TrafficClient subscriber(BrokerProcess broker) throws JMSException {
        JmsLink link = JmsLink.connect(broker, LOCAL_RECEIVE, "jms.clientID=jms-crash");
        MessageConsumer consumer = link.session(Session.CLIENT_ACKNOWLEDGE)
                .createDurableConsumer(new JmsTopic(TOPICS + "+"), SUBSCRIPTION);
        AcknowledgementProof proof = AcknowledgementProof.on(link, PROBES, subscriptionProbes, subscription);
        return new JmsConsumer(link, consumer, JmsConsumer.Acknowledging.ALL_HELD, subscription, proof, LIMITS.held());
    }

    @Override
    public List<TrafficClient> producers(BrokerProcess broker, Random seeds) {
        try {
            return List.of(
                    producer(broker, ORDERS_QUEUE, JmsProducer.Sending.SYNCHRONOUS, oneByOneOrders, seeds),
                    producer(broker, ORDERS_QUEUE, JmsProducer.Sending.WITH_LISTENER, manyOrders, seeds),
                    producer(broker, TASKS_QUEUE, JmsProducer.Sending.SYNCHRONOUS, oneByOneTasks, seeds),
                    producer(broker, TASKS_QUEUE, JmsProducer.Sending.WITH_LISTENER, manyTasks, seeds),
                    producer(
                            broker,
                            new JmsTopic(TOPICS + "jms"),
                            JmsProducer.Sending.WITH_LISTENER,
                            jmsReadings,
                            seeds),
                    new MqttProducer(broker, TOPICS + "mqtt", mqttReadings, LIMITS, new Random(seeds.nextLong())));
        } catch (JMSException e) {
            throw new AssertionError("a JMS producer cannot connect", e);
        }
    }

    private static TrafficClient producer(
            BrokerProcess broker,
            Destination destination,
            JmsProducer.Sending sending,
            Journal.Producer journal,
            Random seeds)
            throws JMSException {
        return new JmsProducer(broker, destination, sending, journal, LIMITS, new Random(seeds.nextLong()));
    }

    @Override
    public List<TargetJournal> held() {
        return List.of(orders);
    }

    @Override
    public List<String> queues() {
        return List.of(ORDERS, TASKS);
    }

    @Override
    public List<TargetJournal> settled() {
        return List.of(orders, tasks, subscription);
    }
}
