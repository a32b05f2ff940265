package io.signalbox.conformance.process;

import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.ConfigurationException;
import io.signalbox.server.config.ConfigurationReader;
import io.signalbox.server.node.Node;
import io.signalbox.server.node.NodeFailure;
import io.signalbox.server.node.NodeParts;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The broker as it is shipped, inside this JVM: for tests that want it fast or under a debugger. It has everything but a
 * process that could be killed. Used by one thread at a time.
 */
final class EmbeddedBroker implements BrokerUnderTest {

    private final Path dataDirectory;
    private final Node node;
    private boolean stopped;

    private EmbeddedBroker(Path dataDirectory, Node node) {
        this.dataDirectory = dataDirectory;
        this.node = node;
    }

    static EmbeddedBroker start(BrokerOptions options) {
        try {
            ConfigurationReader reader = new ConfigurationReader()
                    .flag("data.dir", options.dataDirectory().toString(), "data.dir");
            for (Map.Entry<String, String> setting : options.allSettings().entrySet()) {
                reader.flag(setting.getKey(), setting.getValue(), setting.getKey());
            }
            Configuration configuration = reader.finish();
            Node node = Node.start(configuration, NodeParts.standard(configuration), (done, total) -> {});
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
