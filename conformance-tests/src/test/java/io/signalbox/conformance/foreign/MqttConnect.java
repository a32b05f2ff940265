package io.signalbox.conformance.foreign;

import java.util.Optional;

/**
 * How a client connects.
 *
 * @param clean Clean Session (MQTT 3.1.1 §3.1.2.4) or Clean Start (MQTT 5.0 §3.1.2.4)
 * @param expirySeconds Session Expiry Interval of an MQTT 5 client; one of MQTT 3 keeps its session unless it is clean
 * @param returning whether the client connects again by itself when its connection is lost, {@link #RETURN_MILLIS} later
 */
record MqttConnect(String clientId, boolean clean, long expirySeconds, Optional<MqttMessage> will, boolean returning) {

    static final int RETURN_MILLIS = 100;
    private static final long SESSION_SECONDS = 600;

    /** A client whose session ends with its connection. */
    static MqttConnect clean(String clientId) {
        return new MqttConnect(clientId, true, 0, Optional.empty(), false);
    }

    /** A client whose session outlives its connection. */
    static MqttConnect keeping(String clientId) {
        return new MqttConnect(clientId, false, SESSION_SECONDS, Optional.empty(), false);
    }

    MqttConnect withWill(MqttMessage message) {
        return new MqttConnect(clientId, clean, expirySeconds, Optional.of(message), returning);
    }

    MqttConnect andReturning() {
        return new MqttConnect(clientId, clean, expirySeconds, will, true);
    }
}
