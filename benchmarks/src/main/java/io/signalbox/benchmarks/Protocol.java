package io.signalbox.benchmarks;

/** What a workload speaks. */
enum Protocol {
    MQTT,
    AMQP
}
