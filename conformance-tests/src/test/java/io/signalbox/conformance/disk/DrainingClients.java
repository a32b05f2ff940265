package io.signalbox.conformance.disk;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.signalbox.conformance.clients.MqttClients;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The consumers of what {@link FillingClients} publish: of two queues, each settlement confirmed, and a session. */
final class DrainingClients implements AutoCloseable {

    private static final String SESSION = "draining";
    private static final long SESSION_SECONDS = 86_400;
    private static final int CREDIT = 50;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final AmqpPeer peer;
    private final Mqtt5BlockingClient client;

    /** Makes the session that is to keep what is published. */
    static void makeSession(BrokerProcess broker) {
        Mqtt5BlockingClient client = MqttClients.mqtt5(broker, SESSION);
        client.connectWith()
                .cleanStart(true)
                .sessionExpiryInterval(SESSION_SECONDS)
                .send();
        client.subscribeWith()
                .topicFilter(FillingClients.TOPIC + "#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        client.disconnect();
    }

    private DrainingClients(AmqpPeer peer, Mqtt5BlockingClient client) {
        this.peer = peer;
        this.client = client;
    }

    /** Begins to consume everything. */
    static DrainingClients connect(BrokerProcess broker) {
        DrainingClients draining =
                new DrainingClients(AmqpPeer.connect(broker.amqp(), "draining"), MqttClients.mqtt5(broker, SESSION));
        draining.begin();
        return draining;
    }

    private void begin() {
        for (String queue : new String[] {FillingClients.QUEUE, FillingClients.JMS_QUEUE}) {
            SettlingReceiver.attach(peer, queue, CREDIT, message -> {
                received.add(FillingClients.textOf(message.body()));
                message.accept(() -> {});
            });
        }
        client.toAsync()
                .publishes(
                        MqttGlobalPublishFilter.ALL,
                        publish -> received.add(FillingClients.textOf(publish.getPayloadAsBytes())));
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(SESSION_SECONDS)
                .send();
    }

    /** Waits until all of these have come, or have come before. */
    void awaitAll(Set<String> wanted) {
        boolean all = Await.holdsWithin(LIMIT, () -> received.containsAll(wanted));
        if (all) return;
        Set<String> missing = new HashSet<>(wanted);
        missing.removeAll(received);
        throw new AssertionError(missing.size() + " of " + wanted.size() + " have not come: "
                + missing.stream().sorted().limit(10).toList() + "; AMQP "
                + peer.ended().getNow("goes on"));
    }

    /** Those of these that have come. */
    Set<String> receivedOf(Set<String> some) {
        Set<String> come = new HashSet<>(some);
        come.retainAll(received);
        return come;
    }

    @Override
    public void close() {
        peer.close();
        client.toAsync().disconnect();
    }
}
