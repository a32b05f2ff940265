package io.signalbox.benchmarks.mqtt;

import io.signalbox.benchmarks.load.BacklogRoute;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Sources;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session that is away while messages of QoS 1 come for it, and that comes back for them. Used by the thread that runs the
 * repetition.
 */
public final class MqttBacklog implements BacklogRoute {

    private static final int QOS = 1;

    private final Generator generator;
    private final BrokerUrl url;
    private final MqttVersion version;
    private final String name;
    private final int bodyBytes;
    private final Trouble trouble;
    private final List<MqttPeer> peers = new ArrayList<>();
    private @Nullable Flow opened;
    private int consumer;

    /**
     * @param name of this repetition, not used before with this broker
     */
    public MqttBacklog(
            Generator generator, BrokerUrl url, MqttVersion version, String name, int bodyBytes, Trouble trouble) {
        this.generator = generator;
        this.url = url;
        this.version = version;
        this.name = name;
        this.bodyBytes = bodyBytes;
        this.trouble = trouble;
    }

    @Override
    public void open(Flow flow) throws IOException {
        opened = flow;
        consumer = flow.addConsumer(Sources.first(1));
        MqttPeer away = sink(flow, Session.PERSISTENT);
        connect(away, "keep a session");
        generator.run(away::leave);
        connect(
                new MqttSource(new MqttClient(url, version, name + "-p"), flow, trouble, topic(), QOS, bodyBytes),
                "accept a publisher");
    }

    @Override
    public void openConsumer() throws IOException {
        Flow flow = opened;
        if (flow == null) throw new IllegalStateException("nothing was sent");
        connect(sink(flow, Session.RESUMED), "take a session up again");
    }

    private MqttSink sink(Flow flow, Session session) {
        return new MqttSink(new MqttClient(url, version, name + "-s"), session, flow, trouble, topic(), QOS, consumer);
    }

    private String topic() {
        return "bench/" + name;
    }

    private void connect(MqttPeer peer, String what) throws IOException {
        peers.add(peer);
        generator.connect(url.address(), peer);
        Setup.await(peer.ready(), trouble, what);
    }

    @Override
    public void close() throws IOException {
        generator.run(() -> peers.forEach(MqttPeer::leave));
        MqttSource eraser = new MqttSource(
                new MqttClient(url, version, name + "-s"),
                new Flow(generator.loop(), trouble, Plan.throughput(1, 1)),
                trouble,
                topic(),
                0,
                bodyBytes);
        connect(eraser, "end a session"); // MQTT-3.1.2-4: a clean start ends what was kept
        generator.run(eraser::leave);
    }
}
