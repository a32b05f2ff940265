package io.signalbox.conformance.crash;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Publishes over MQTT 5.0 at QoS 1, from a thread of its own, as fast as PUBACKs and backlog allow. */
final class MqttProducer implements TrafficClient {

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final String topic;
    private final Journal.Producer journal;
    private final TrafficLimits limits;
    private final Random random;
    private final Mqtt5AsyncClient client;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean publishing = true;

    MqttProducer(BrokerProcess broker, String topic, Journal.Producer journal, TrafficLimits limits, Random random) {
        this.topic = topic;
        this.journal = journal;
        this.limits = limits;
        this.random = random;
        this.client = MqttClient.builder()
                .identifier("producer-" + topic.replace('/', '-') + random.nextInt())
                .serverAddress(broker.mqtt())
                .useMqttVersion5()
                .buildAsync();
        Await.get("the CONNACK of " + topic, client.connect());
        thread = new Thread(this::publish, "mqtt producer " + topic);
        thread.setDaemon(true);
        thread.start();
    }

    private void publish() {
        while (client.getState().isConnected()) {
            if (publishing && inFlight.get() < limits.inFlight() && journal.backlogIsBelow(limits.backlog())) {
                publishOne();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        // The client completes every publication when its connection ends, so this ends too.
        Await.until("the answers of " + topic, () -> inFlight.get() == 0);
        ended.complete("disconnected");
    }

    private void publishOne() {
        Marker marker = journal.next();
        inFlight.incrementAndGet();
        var unused = client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(marker.body(random, random.nextInt(limits.bodyBytes())))
                .send()
                .whenComplete((result, failure) -> {
                    if (failure == null) answered(marker, result);
                    inFlight.decrementAndGet();
                });
    }

    private void answered(Marker marker, Mqtt5PublishResult result) {
        if (result.getError().isPresent()) return;
        Mqtt5PubAckReasonCode code = ((Mqtt5Qos1Result) result).getPubAck().getReasonCode();
        if (code == Mqtt5PubAckReasonCode.SUCCESS) {
            journal.confirmed(marker);
        } else {
            journal.refused(marker, "PUBACK " + code);
        }
    }

    @Override
    public void finish() {
        publishing = false;
    }

    @Override
    public boolean isFinished() {
        return !publishing && inFlight.get() == 0;
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void close() {
        if (client.getState().isConnected()) Await.get("the DISCONNECT of " + topic, client.disconnect());
        Await.get("the end of " + topic, ended);
    }
}
