package io.signalbox.conformance.debian;

import static io.signalbox.conformance.debian.DebianClients.mosquittoPubAll;
import static io.signalbox.conformance.debian.DebianClients.mosquittoSub;
import static io.signalbox.conformance.debian.DebianClients.received;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.Relay;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** mosquitto's clients over a kill -9 of the broker, which comes back on its port; they connect again by themselves. */
final class MosquittoCrashIT {

    private static final int MESSAGES = 500;

    /** What the broker has under way to one client at most; the others wait in its queue. */
    private static final int WINDOW = 256;

    private static final String TOPIC = "mosquitto/crash";

    private final BrokerOptions options = BrokerOptions.fresh().onKeptPorts();
    private BrokerProcess broker;

    @BeforeAll
    static void require() {
        DebianClients.assumeMosquitto();
    }

    @BeforeEach
    void start() {
        broker = BrokerProcess.start(options);
    }

    @AfterEach
    void stop() {
        broker.close();
        BrokerProcess.deleteData(options.dataDirectory());
    }

    /**
     * A subscriber whose session stays. With version 5 this client counts what it gets again after a crash twice, and with
     * its own receive maximum of 20 it ends itself over that, whatever the broker does.
     */
    private static ClientProcess subscriber(InetSocketAddress broker, String version) {
        List<String> options = new ArrayList<>(List.of("-V", version, "-q", "2", "-c", "-i", "subscriber"));
        if (version.equals("mqttv5")) options.addAll(List.of("-D", "CONNECT", "receive-maximum", "1000"));
        return mosquittoSub(broker, TOPIC, MESSAGES, options.toArray(String[]::new));
    }

    private static List<String> numbered(String prefix) {
        return IntStream.range(0, MESSAGES).mapToObj(i -> prefix + i).toList();
    }

    private static ClientProcess publisher(BrokerProcess broker, String version) {
        return mosquittoPubAll(broker.mqtt(), TOPIC, numbered("m"), "-V", version, "-q", "2", "-c", "-i", "publisher");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void aKillInFullFlowLosesAndRepeatsNothing(String version) {
        try (ClientProcess subscriber = subscriber(broker.mqtt(), version);
                ClientProcess publisher = publisher(broker, version)) {
            subscriber.awaitLines("the first messages", MESSAGES / 10, DebianClients::isMessage);
            broker.kill();
            broker = broker.restart();
            publisher.awaitSuccess();
            assertEquals(numbered(TOPIC + " m"), received(subscriber));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void whatIsUnderWayToASubscriberComesOnce(String version) {
        try (Relay network = Relay.to(broker.mqtt());
                ClientProcess subscriber = subscriber(network.address(), version)) {
            network.hold(Relay.Direction.TO_BROKER); // no PUBREC arrives
            try (ClientProcess publisher = publisher(broker, version)) {
                publisher.awaitSuccess();
            }
            subscriber.awaitLines("a full window of PUBLISHes", WINDOW, line -> line.contains("received PUBLISH"));
            broker.kill();
            network.cut();
            broker = broker.restart();
            assertEquals(numbered(TOPIC + " m"), received(subscriber));
        }
    }
}
