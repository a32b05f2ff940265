package io.signalbox.benchmarks;

import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.node.Node;
import io.signalbox.server.node.NodeParts;
import java.nio.file.Path;
import java.util.OptionalLong;

/** This checkout's broker in this JVM. */
public final class EmbeddedBroker implements AutoCloseable {

    private final Node node;

    public EmbeddedBroker(Path data) throws Exception {
        var configuration = new ConfigurationReader()
                .flag("data.dir", data.toString(), "data.dir")
                .flag("data.segment-size", "16MiB", "data.segment-size")
                .flag("mqtt.port", "0", "mqtt.port")
                .flag("amqp.port", "0", "amqp.port")
                .flag("http.port", "0", "http.port")
                .finish();
        node = Node.start(configuration, NodeParts.standard(configuration), (done, total) -> {});
    }

    public int mqttPort() {
        return node.startReport().mqtt().getPort();
    }

    public Target target() {
        return Target.parse("name=embedded;mqtt=mqtt://127.0.0.1:" + mqttPort() + ";amqp=amqp://127.0.0.1:"
                + node.startReport().amqp().getPort());
    }

    /** The same under another name, with the pid of this JVM. */
    Target target(String name) {
        Target same = target();
        OptionalLong pid = OptionalLong.of(ProcessHandle.current().pid());
        return new Target(name, same.mqtt(), same.amqp(), pid, "", "", same.amqpAddress());
    }

    @Override
    public void close() {
        node.stop();
    }
}
