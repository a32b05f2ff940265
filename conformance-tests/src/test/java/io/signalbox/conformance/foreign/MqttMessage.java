package io.signalbox.conformance.foreign;

/** A message as an MQTT client publishes it, or as it came: then {@code retain} and {@code dup} are the PUBLISH's flags. */
record MqttMessage(String topic, String payload, int qos, boolean retain, boolean dup) {

    static MqttMessage of(String topic, int qos, String payload) {
        return new MqttMessage(topic, payload, qos, false, false);
    }

    MqttMessage retained() {
        return new MqttMessage(topic, payload, qos, true, dup);
    }
}
