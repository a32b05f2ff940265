package io.signalbox.benchmarks.mqtt;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Route;
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
 * them all. Used by the thread that runs the repetition.
 */
public final class MqttTraffic implements Route {

    /** Whether subscribers' sessions outlive their connections, so that a broker that can has to store for them. */
    public enum Kept {
        NOTHING,
        SESSION
    }

    /** How many of each, and what passes between them. */
    public record Shape(int publishers, int subscribers, int qos, int bodyBytes, Kept kept) {}

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
        Session session = shape.kept() == Kept.SESSION ? Session.PERSISTENT : Session.CLEAN;
        for (int i = 0; i < shape.subscribers(); i++) {
            MqttClient client = new MqttClient(url, version, name + "-s" + i);
            connect(new MqttSink(client, session, flow, trouble, topic("+"), shape.qos(), shape.publishers()));
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
        if (shape.kept() == Kept.NOTHING) return;
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
