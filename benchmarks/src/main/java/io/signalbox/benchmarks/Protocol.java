package io.signalbox.benchmarks;

/** What a workload speaks. */
public enum Protocol {
    MQTT,
    AMQP
}
