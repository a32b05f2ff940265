package io.signalbox.conformance.process;

import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.node.Node;
import io.signalbox.server.node.NodeFailure;
import io.signalbox.server.node.NodeParts;
import io.signalbox.testkit.SimulatedDisk;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The broker as it is shipped, inside this JVM: for tests that want it fast or under a debugger. It has everything but a
 * process that could be killed. Used by one thread at a time.
 */
public final class EmbeddedBroker implements BrokerUnderTest {

    private final Path dataDirectory;
    private final Node node;
    private boolean stopped;

    private EmbeddedBroker(Path dataDirectory, Node node) {
        this.dataDirectory = dataDirectory;
        this.node = node;
    }

    static EmbeddedBroker start(BrokerOptions options) {
        return start(options, NodeParts::standard);
    }

    /** A broker whose log is on a simulated disk; what else it has in files is in the directory of the options. */
    public static EmbeddedBroker startOn(SimulatedDisk disk, BrokerOptions options) {
        return start(options, configuration -> {
            NodeParts real = NodeParts.standard(configuration);
            return new NodeParts(
                    (data, formats) -> PersistentStore.open(disk, StoreSettings.ofSegments(8 << 20), formats),
                    real.busyWaits(),
                    real.amqp(),
                    real.mqtt(),
                    real.environment());
        });
    }

    private static EmbeddedBroker start(BrokerOptions options, Function<Configuration, NodeParts> parts) {
        try {
            ConfigurationReader reader = new ConfigurationReader()
                    .flag("data.dir", options.dataDirectory().toString(), "data.dir");
            for (Map.Entry<String, String> setting : options.allSettings().entrySet()) {
                reader.flag(setting.getKey(), setting.getValue(), setting.getKey());
            }
            Configuration configuration = reader.finish();
            Node node = Node.start(configuration, parts.apply(configuration), (done, total) -> {});
            return new EmbeddedBroker(options.dataDirectory(), node);
        } catch (ConfigurationException | NodeFailure e) {
            throw new AssertionError("the broker does not start: " + e.getMessage(), e);
        }
    }

    @Override
    public InetSocketAddress amqp() {
        return node.startReport().amqp();
    }

    @Override
    public InetSocketAddress mqtt() {
        return node.startReport().mqtt();
    }

    @Override
    public InetSocketAddress http() {
        return node.startReport().http();
    }

    @Override
    public Control control() {
        return Control.of(dataDirectory);
    }

    @Override
    public List<String> lastLines() {
        return List.of();
    }

    @Override
    public void stopCleanly() {
        if (stopped) return;
        stopped = true;
        node.stop();
    }

    @Override
    public void close() {
        stopCleanly();
    }
}
