package io.signalbox.conformance.process;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * A broker that serves on the loopback address: the packaged one as a process of its own, or one inside this JVM. A test
 * class gets it from {@link SharedBroker}, and does not know which.
 */
public interface BrokerUnderTest extends AutoCloseable {

    InetSocketAddress amqp();

    InetSocketAddress mqtt();

    InetSocketAddress http();

    /** Asks and tells the broker what the command line would. */
    Control control();

    /** What it logged last; a broker in this JVM logs to where the tests log, and has nothing to tell here. */
    List<String> lastLines();

    /** Stops the broker cleanly; its data directory stays. */
    void stopCleanly();

    /** Ends the broker if it still runs; its data directory stays. */
    @Override
    void close();
}
