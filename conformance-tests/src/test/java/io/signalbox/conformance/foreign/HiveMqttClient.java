package io.signalbox.conformance.foreign;

import java.util.concurrent.CompletableFuture;

/** The HiveMQ client in one version of MQTT: what {@link HiveMqtt} asks of it in the words of the matrix. */
interface HiveMqttClient {

    /** Connects; done with whether the broker said that it had a session of this client. */
    CompletableFuture<Boolean> connect(MqttConnect connect);

    CompletableFuture<Integer> subscribe(MqttSubscribe subscription);

    CompletableFuture<?> unsubscribe(String filter);

    CompletableFuture<Integer> publish(MqttMessage message);

    CompletableFuture<?> disconnect();

    boolean isConnected();
}
