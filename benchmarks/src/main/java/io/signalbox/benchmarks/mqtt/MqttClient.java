package io.signalbox.benchmarks.mqtt;

import io.signalbox.benchmarks.wire.BrokerUrl;

/** Who connects where, in which version. */
public record MqttClient(BrokerUrl url, MqttVersion version, String id) {}
