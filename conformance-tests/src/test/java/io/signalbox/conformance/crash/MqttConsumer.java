package io.signalbox.conformance.crash;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * A persistent session over MQTT 5.0 that holds some deliveries and acknowledges the oldest. A PUBACK has no answer, so no
 * settlement of this consumer is ever confirmed. Thread-safe.
 */
final class MqttConsumer implements TrafficClient {

    private static final long SESSION_SECONDS = 86_400;

    private final String identifier;
    private final TargetJournal journal;
    private final Mqtt5AsyncClient client;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final Deque<Mqtt5Publish> held = new ArrayDeque<>();
    private int heldLimit;
    private boolean gone;

    /** How the session is met. */
    enum Session {
        NEW,
        KEPT
    }

    MqttConsumer(
            BrokerProcess broker,
            String identifier,
            String filter,
            Session session,
            TargetJournal journal,
            TrafficLimits limits) {
        this.identifier = identifier;
        this.journal = journal;
        this.heldLimit = limits.held();
        // A new client each time: it remembers nothing, so all that comes comes from the broker's memory of the
        // session.
        this.client = MqttClient.builder()
                .identifier(identifier)
                .serverAddress(broker.mqtt())
                .addDisconnectedListener(this::disconnected)
                .useMqttVersion5()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::received, true);
        Mqtt5ConnAck answer = Await.get(
                "the CONNACK of " + identifier,
                client.connectWith()
                        .cleanStart(false)
                        .sessionExpiryInterval(SESSION_SECONDS)
                        .restrictions()
                        .receiveMaximum(limits.credit())
                        .applyRestrictions()
                        .send());
        if (answer.isSessionPresent() != (session == Session.KEPT)) {
            throw new AssertionError("session " + identifier + " should be " + session + "; session present: "
                    + answer.isSessionPresent());
        }
        if (session == Session.NEW) {
            Await.get(
                    "the SUBACK of " + identifier,
                    client.subscribeWith()
                            .topicFilter(filter)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .send());
        }
    }

    private synchronized void received(Mqtt5Publish publish) {
        if (gone) return; // the client hands on what it had read before; the next run starts with a clean sheet
        Marker marker = Marker.of(publish.getPayloadAsBytes());
        journal.delivered(identifier, marker, TargetJournal.Mark.UNKNOWN);
        held.add(publish);
        acknowledgeOldest();
    }

    private void acknowledgeOldest() {
        while (held.size() > heldLimit) {
            Mqtt5Publish oldest = held.remove();
            journal.settling(Marker.of(oldest.getPayloadAsBytes()));
            oldest.acknowledge();
        }
    }

    private synchronized void disconnected(MqttClientDisconnectedContext context) {
        gone = true;
        ended.complete(String.valueOf(context.getCause().getMessage()));
    }

    @Override
    public synchronized void finish() {
        heldLimit = 0;
        acknowledgeOldest();
    }

    @Override
    public synchronized boolean isFinished() {
        return held.isEmpty();
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void close() {
        if (client.getState().isConnected()) Await.get("the DISCONNECT of " + identifier, client.disconnect());
        Await.get("the end of " + identifier, ended);
    }
}
