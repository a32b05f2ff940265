package io.signalbox.benchmarks;

import io.signalbox.benchmarks.Workload.Backlog;
import io.signalbox.benchmarks.Workload.Connects;
import io.signalbox.benchmarks.Workload.Half;
import io.signalbox.benchmarks.Workload.Messages;
import io.signalbox.benchmarks.amqp.AmqpBacklog;
import io.signalbox.benchmarks.amqp.AmqpRequests;
import io.signalbox.benchmarks.amqp.AmqpTraffic;
import io.signalbox.benchmarks.amqp.DeliveryKind;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Timing;
import io.signalbox.benchmarks.mqtt.ConnectStorm;
import io.signalbox.benchmarks.mqtt.MqttBacklog;
import io.signalbox.benchmarks.mqtt.MqttTraffic;
import io.signalbox.benchmarks.mqtt.MqttTraffic.Shape;
import io.signalbox.benchmarks.mqtt.MqttTraffic.Subscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The list of workloads, in the order of the table. */
final class Workloads {

    private static final int KIB = 1024;

    /** What may be on its way without an answer being due. */
    private static final Plan QOS_0 = Plan.throughput(1000, 1000);
    /** 100 unanswered; what brokers queue for a subscriber stays below the 1000 at which Mosquitto drops. */
    private static final Plan ANSWERED = Plan.throughput(100, 500);

    private Workloads() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>(direct());
        all.add(half("mqtt-qos0-half", "mqtt-qos0-64"));
        all.add(half("mqtt-qos1-half", "mqtt-qos1-64"));
        all.add(half("amqp-settled-half", "amqp-settled-64"));
        all.add(half("amqp-durable-half", "amqp-durable"));
        return all;
    }

    private static Workload half(String name, String saturating) {
        for (Workload workload : direct()) {
            if (workload.name().equals(saturating) && workload instanceof Messages messages)
                return new Half(name, messages);
        }
        throw new IllegalArgumentException("nothing is named " + saturating);
    }

    /** Those that ask for nothing of the others. */
    private static List<Workload> direct() {
        return List.of(
                mqtt("mqtt-qos0-64", "QoS 0, 1 → 1, 64 B", QOS_0, shape(1, 1, 0, 64)),
                mqtt("mqtt-qos0-1k", "QoS 0, 1 → 1, 1 KiB", QOS_0, shape(1, 1, 0, KIB)),
                mqtt("mqtt-qos1-64", "QoS 1, 1 → 1, 64 B", ANSWERED, shape(1, 1, 1, 64)),
                mqtt("mqtt-qos1-1k", "QoS 1, 1 → 1, 1 KiB", ANSWERED, shape(1, 1, 1, KIB)),
                mqtt("mqtt-qos2-64", "QoS 2, 1 → 1, 64 B", ANSWERED, shape(1, 1, 2, 64)),
                mqtt("mqtt-qos2-1k", "QoS 2, 1 → 1, 1 KiB", ANSWERED, shape(1, 1, 2, KIB)),
                mqtt("mqtt-qos1-session", "QoS 1 to a persistent session, 64 B", ANSWERED, session(1)),
                mqtt("mqtt-qos2-session", "QoS 2 to a persistent session, 64 B", ANSWERED, session(2)),
                mqtt("mqtt-fanout-qos0", "QoS 0, 1 → 100, 64 B", Plan.throughput(50, 50), shape(1, 100, 0, 64)),
                mqtt("mqtt-fanout-qos1", "QoS 1, 1 → 100, 64 B", Plan.throughput(10, 10), shape(1, 100, 1, 64)),
                mqtt("mqtt-fanin-qos0", "QoS 0, 100 → 1, 64 B", Plan.throughput(10, 10), shape(100, 1, 0, 64)),
                mqtt("mqtt-fanin-qos1", "QoS 1, 100 → 1, 64 B", Plan.throughput(5, 5), shape(100, 1, 1, 64)),
                mqtt("mqtt-shared-qos1", "QoS 1, 1 → 4 that share, 64 B", ANSWERED, shared(4, 1)),
                new Connects(
                        "mqtt-connect",
                        "connect, CONNACK, disconnect, 16 at a time",
                        at -> new ConnectStorm(at.generator(), at.url(), at.version(), at.address(), at.trouble())),
                new Backlog(
                        "mqtt-session-backlog",
                        Protocol.MQTT,
                        "1 KiB, QoS 1, for a session that is away",
                        at -> new MqttBacklog(at.generator(), at.url(), at.version(), at.address(), KIB, at.trouble())),
                mqtt("mqtt-qos0-latency", "QoS 0, 1 → 1, 64 B, 2,000/s", Plan.rate(2000), shape(1, 1, 0, 64)),
                mqtt("mqtt-qos1-latency", "QoS 1, 1 → 1, 64 B, 1,000/s", Plan.rate(1000), shape(1, 1, 1, 64)),
                mqtt("mqtt-qos2-latency", "QoS 2, 1 → 1, 64 B, 1,000/s", Plan.rate(1000), shape(1, 1, 2, 64)),
                amqp("amqp-settled-64", "pre-settled, 1 → 1, 64 B", QOS_0, queue(DeliveryKind.SETTLED, 64)),
                amqp("amqp-settled-1k", "pre-settled, 1 → 1, 1 KiB", QOS_0, queue(DeliveryKind.SETTLED, KIB)),
                amqp("amqp-durable", "durable, window 100, 1 KiB", ANSWERED, queue(DeliveryKind.DURABLE, KIB)),
                amqp(
                        "amqp-durable-4",
                        "durable, 4 → 4 through 4 queues, window 100 each, 1 KiB",
                        ANSWERED,
                        new AmqpTraffic.Shape(4, DeliveryKind.DURABLE, KIB)),
                amqp(
                        "amqp-durable-1",
                        "durable, one in flight, 1 KiB, time until accepted",
                        Plan.oneInFlight(Timing.UNTIL_CONFIRMED),
                        queue(DeliveryKind.DURABLE, KIB)),
                new Backlog(
                        "amqp-backlog",
                        Protocol.AMQP,
                        "1 KiB, durable, in one queue",
                        at -> new AmqpBacklog(at.generator(), at.url(), at.address(), KIB, at.trouble())),
                new Messages(
                        "amqp-request-response",
                        Protocol.AMQP,
                        "request and response, not durable, one at a time, 64 B",
                        Plan.oneInFlight(Timing.UNTIL_DELIVERED),
                        at -> new AmqpRequests(at.generator(), at.url(), at.address(), 64, at.trouble())),
                amqp(
                        "amqp-settled-latency",
                        "pre-settled, 64 B, 2,000/s",
                        Plan.rate(2000),
                        queue(DeliveryKind.SETTLED, 64)),
                amqp(
                        "amqp-durable-latency",
                        "durable, 1 KiB, 1,000/s",
                        Plan.rate(1000),
                        queue(DeliveryKind.DURABLE, KIB)));
    }

    /**
     * Those whose names match one of the patterns, in which * stands for anything.
     *
     * @throws IllegalArgumentException if a pattern matches none
     */
    static List<Workload> matching(List<String> patterns) {
        for (String pattern : patterns) {
            if (all().stream().noneMatch(workload -> matches(pattern, workload))) {
                throw new IllegalArgumentException("No workload is named \"" + pattern + "\"; --list names them all.");
            }
        }
        return all().stream()
                .filter(workload -> patterns.stream().anyMatch(pattern -> matches(pattern, workload)))
                .toList();
    }

    private static boolean matches(String pattern, Workload workload) {
        return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), workload.name());
    }

    private static Shape shape(int publishers, int subscribers, int qos, int bodyBytes) {
        return new Shape(publishers, subscribers, qos, bodyBytes, Subscriber.PASSING);
    }

    private static Shape session(int qos) {
        return new Shape(1, 1, qos, 64, Subscriber.KEPT);
    }

    private static Shape shared(int subscribers, int qos) {
        return new Shape(1, subscribers, qos, 64, Subscriber.SHARING);
    }

    private static AmqpTraffic.Shape queue(DeliveryKind kind, int bodyBytes) {
        return new AmqpTraffic.Shape(1, kind, bodyBytes);
    }

    private static Workload mqtt(String name, String what, Plan plan, Shape shape) {
        return new Messages(
                name,
                Protocol.MQTT,
                what,
                plan,
                at -> new MqttTraffic(at.generator(), at.url(), at.version(), at.address(), shape, at.trouble()));
    }

    private static Workload amqp(String name, String what, Plan plan, AmqpTraffic.Shape shape) {
        return new Messages(
                name,
                Protocol.AMQP,
                what,
                plan,
                at -> new AmqpTraffic(at.generator(), at.url(), at.address(), shape, at.trouble()));
    }
}
