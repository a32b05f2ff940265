package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Metrics;
import io.signalbox.conformance.strace.Strace;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The forces of a real process fail with EIO, as strace has it: nothing is confirmed any more, each connection is told and closed,
 * no file is forced again, health and metrics say so, and the next process has everything that was confirmed.
 */
final class FailedForceIT {

    private static final String QUEUE = "q";
    private static final int MESSAGES = 100;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();

    @Test
    void afterAFailedForceNothingIsConfirmedAndTheNextStartHasAllThatWas() throws Exception {
        Assumptions.assumeTrue(Strace.canFailForces(), "skipped: strace is not installed or may not trace here");
        BrokerOptions options = BrokerOptions.fresh();
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            broker.control().addQueue(QUEUE);
            broker.control().bindQueue(QUEUE, "t");
            AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "sender");
            DurableSender sender = DurableSender.attach(peer, QUEUE);
            CompletableFuture<Throwable> mqttEnd = new CompletableFuture<>();
            Mqtt5BlockingClient mqtt = MqttClient.builder()
                    .identifier("publisher")
                    .serverAddress(broker.mqtt())
                    .addDisconnectedListener(ended -> mqttEnd.complete(ended.getCause()))
                    .useMqttVersion5()
                    .buildBlocking();
            mqtt.connect();
            for (int i = 0; i < MESSAGES; i++) {
                send(peer, sender, "amqp " + i);
                publish(mqtt, "mqtt " + i);
            }
            Await.until("all are confirmed", () -> confirmed.size() == 2 * MESSAGES);

            try (Strace failing = Strace.failForces(broker.pid())) {
                send(peer, sender, "amqp after");
                String amqpEnd = Await.get("the end of the AMQP connection", peer.ended());
                assertTrue(amqpEnd.contains("amqp:internal-error"), amqpEnd);
                Mqtt5DisconnectException told =
                        assertInstanceOf(Mqtt5DisconnectException.class, Await.get("the end of MQTT", mqttEnd));
                assertEquals(
                        Mqtt5DisconnectReasonCode.UNSPECIFIED_ERROR,
                        told.getMqttMessage().getReasonCode());
                assertFailed(broker);
                assertEquals(2 * MESSAGES, confirmed.size(), "nothing is confirmed any more");
                List<String> files = failing.failedForces();
                assertFalse(files.isEmpty());
                assertEquals(files.size(), new HashSet<>(files).size(), "none is forced again: " + files);
                broker.kill();
            }
        }
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            assertTrue(received(broker).containsAll(confirmed));
            assertEquals(0, broker.stop());
        }
        BrokerProcess.deleteData(options.dataDirectory());
    }

    private void send(AmqpPeer peer, DurableSender sender, String text) {
        peer.call(session -> sender.send(text.getBytes(US_ASCII), outcome -> {
            if (outcome instanceof Accepted) confirmed.add(text);
        }));
    }

    private void publish(Mqtt5BlockingClient client, String text) {
        client.publishWith()
                .topic("t")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(text.getBytes(US_ASCII))
                .send();
        confirmed.add(text);
    }

    private static void assertFailed(BrokerProcess broker) throws Exception {
        URI ready = URI.create("http://127.0.0.1:" + broker.http().getPort() + "/health/ready");
        var page = HTTP.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString());
        assertEquals(503, page.statusCode());
        assertTrue(page.body().startsWith("The store has failed"), page.body());
        assertEquals(1, Metrics.of(broker.http()).value("signalbox_store_failed"));
        Await.until("nobody is let in", () -> isRefused(broker));
    }

    private static boolean isRefused(BrokerProcess broker) {
        try (Socket socket =
                new Socket(broker.amqp().getAddress(), broker.amqp().getPort())) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    private Set<String> received(BrokerProcess broker) {
        Set<String> received = ConcurrentHashMap.newKeySet();
        AtomicInteger settled = new AtomicInteger();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "receiver")) {
            SettlingReceiver.attach(peer, QUEUE, 50, message -> {
                received.add(new String(message.body(), US_ASCII));
                message.accept(settled::incrementAndGet);
            });
            Await.until("all that was confirmed", () -> received.containsAll(confirmed));
        }
        return received;
    }
}
