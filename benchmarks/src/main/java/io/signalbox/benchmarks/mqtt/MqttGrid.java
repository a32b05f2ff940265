package io.signalbox.benchmarks.mqtt;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Grid;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Topics of a grid, between its publishers and their subscribers. Used by the thread that runs the repetition. */
public final class MqttGrid implements Route {

    /** What is shared by whom, and what passes. */
    public record Shape(Grid grid, int qos, int bodyBytes) {}

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
    public MqttGrid(
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
        Grid grid = shape.grid();
        for (int i = 0; i < grid.takers(); i++) {
            MqttClient client = new MqttClient(url, version, name + "-s" + i);
            int number = flow.addConsumer(grid.sourcesOf(i));
            connect(new MqttSink(client, Session.CLEAN, flow, trouble, topics(i), shape.qos(), number));
        }
        for (int i = 0; i < grid.connections(); i++) {
            MqttClient client = new MqttClient(url, version, name + "-p" + i);
            List<String> topics = topics(grid.takerOf(i));
            connect(new MqttSource(client, flow, trouble, topics, shape.qos(), shape.bodyBytes()));
        }
        for (MqttPeer peer : peers) Setup.await(peer.ready(), trouble, "accept and subscribe all MQTT clients");
    }

    private List<String> topics(int taker) {
        return shape.grid().placesOf(taker).stream()
                .map(place -> "bench/" + name + "/" + place)
                .toList();
    }

    private void connect(MqttPeer peer) throws IOException {
        generator.connect(url.address(), peer, peers.size());
        peers.add(peer);
    }

    @Override
    public void close() {
        generator.run(() -> peers.forEach(MqttPeer::leave));
    }
}
