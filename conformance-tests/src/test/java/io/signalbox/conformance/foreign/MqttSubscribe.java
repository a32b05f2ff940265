package io.signalbox.conformance.foreign;

/** A filter and what a client may say with it; all but the QoS is MQTT 5 only (§3.8.3.1). */
record MqttSubscribe(String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {

    static MqttSubscribe to(String filter, int qos) {
        return new MqttSubscribe(filter, qos, false, false, 0);
    }

    MqttSubscribe withoutOwn() {
        return new MqttSubscribe(filter, qos, true, retainAsPublished, retainHandling);
    }

    MqttSubscribe withRetainAsPublished() {
        return new MqttSubscribe(filter, qos, noLocal, true, retainHandling);
    }

    MqttSubscribe withRetainHandling(int handling) {
        return new MqttSubscribe(filter, qos, noLocal, retainAsPublished, handling);
    }
}
