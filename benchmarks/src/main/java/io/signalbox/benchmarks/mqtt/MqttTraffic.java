package io.signalbox.benchmarks.mqtt;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Sources;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Publishers and subscribers of one repetition: each publisher has a topic of its own, each subscriber a filter that matches
 * them all, for itself or for a group. Used by the thread that runs the repetition.
 */
public final class MqttTraffic implements Route {

    /** What a subscriber is to the broker. */
    public enum Subscriber {
        /** One that ends with its connection. */
        PASSING,
        /** One whose session outlives its connection, so that a broker that can has to store for it. */
        KEPT,
        /** One of a group that shares the messages. */
        SHARING
    }

    /** How many of each, and what passes between them. */
    public record Shape(int publishers, int subscribers, int qos, int bodyBytes, Subscriber kind) {}

    private final Generator generator;
    private final BrokerUrl url;
    private final MqttVersion version;
    private final String name;
    private final Shape shape;
    private final Trouble trouble;
    private final List<MqttPeer> peers = new ArrayList<>();

    /**
     * @param name of this repetition, not used before with this broker
     */
    public MqttTraffic(
            Generator generator, BrokerUrl url, MqttVersion version, String name, Shape shape, Trouble trouble) {
        this.generator = generator;
        this.url = url;
        this.version = version;
        this.name = name;
        this.shape = shape;
        this.trouble = trouble;
    }

    @Override
    public void open(Flow flow) throws IOException {
        boolean isShared = shape.kind() == Subscriber.SHARING;
        Session session = shape.kind() == Subscriber.KEPT ? Session.PERSISTENT : Session.CLEAN;
        Sources sources = Sources.first(shape.publishers());
        String filter = (isShared ? "$share/group/" : "") + topic("+"); // MQTT-4.8.2-1
        int first = isShared ? flow.addConsumers(sources, shape.subscribers()) : 0;
        for (int i = 0; i < shape.subscribers(); i++) {
            int number = isShared ? first + i : flow.addConsumer(sources);
            MqttClient client = new MqttClient(url, version, name + "-s" + i);
            connect(new MqttSink(client, session, flow, trouble, filter, shape.qos(), number));
        }
        for (int i = 0; i < shape.publishers(); i++) {
            MqttClient client = new MqttClient(url, version, name + "-p" + i);
            connect(new MqttSource(client, flow, trouble, topic("" + i), shape.qos(), shape.bodyBytes()));
        }
        List<CompletableFuture<Void>> ready =
                peers.stream().map(MqttPeer::ready).toList();
        Setup.await(
                CompletableFuture.allOf(ready.toArray(CompletableFuture<?>[]::new)),
                trouble,
                "accept and subscribe all MQTT clients");
    }

    private String topic(String last) {
        return "bench/" + name + "/" + last;
    }

    private void connect(MqttPeer peer) throws IOException {
        peers.add(peer);
        generator.connect(url.address(), peer);
    }

    @Override
    public void close() throws IOException {
        generator.run(() -> peers.forEach(MqttPeer::leave));
        if (shape.kind() != Subscriber.KEPT) return;
        // MQTT-3.1.2-6: a clean start ends what was kept
        for (int i = 0; i < shape.subscribers(); i++) {
            MqttSource eraser = new MqttSource(
                    new MqttClient(url, version, name + "-s" + i),
                    new Flow(generator.loop(), trouble, Plan.throughput(1, 1)),
                    trouble,
                    topic("end"),
                    0,
                    64);
            generator.connect(url.address(), eraser);
            Setup.await(eraser.ready(), trouble, "end a session");
            generator.run(eraser::leave);
        }
    }
}
