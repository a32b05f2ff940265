package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One connected MQTT client, whoever wrote it. Used by one thread. */
interface MqttLink extends AutoCloseable {

    Duration RECEIVE_LIMIT = Duration.ofSeconds(20);
    Duration SILENCE = Duration.ofMillis(150);

    /** Whether the broker said that it had a session of this client. */
    boolean sessionPresent();

    /** Waits until the client has connected again by itself; returns whether the broker said that it had its session. */
    boolean awaitReturn();

    /** Subscribes and returns the return code or reason code of the SUBACK. */
    int subscribe(MqttSubscribe subscription);

    default int subscribe(String filter, int qos) {
        return subscribe(MqttSubscribe.to(filter, qos));
    }

    void unsubscribe(String filter);

    /** Publishes; done with the reason code of the last answer, 0 for a client of MQTT 3 and for QoS 0. */
    CompletableFuture<Integer> publish(MqttMessage message);

    /** Publishes and waits for the answer. */
    default int publishAnswered(MqttMessage message) {
        return Await.get("the answer to " + message.topic(), publish(message));
    }

    /** The next message that comes within a time. */
    Optional<MqttMessage> poll(Duration limit);

    /** Sends DISCONNECT. */
    void disconnect();

    /** Ends the TCP connection without DISCONNECT, as a client does whose network is gone. */
    void drop();

    default MqttMessage receive() {
        return poll(RECEIVE_LIMIT).orElseThrow(() -> new AssertionError("no message within " + RECEIVE_LIMIT));
    }

    default List<String> receivePayloads(int count) {
        List<String> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) payloads.add(receive().payload());
        return payloads;
    }

    default void assertNothingMore() {
        poll(SILENCE).ifPresent(message -> {
            throw new AssertionError("one more: " + message);
        });
    }

    /** Disconnects if it is still connected. */
    @Override
    void close();
}
