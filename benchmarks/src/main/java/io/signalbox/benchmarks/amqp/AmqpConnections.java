package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens the connections and links of one repetition and waits for each. Used by the thread that runs the repetition. */
final class AmqpConnections {

    private final Generator generator;
    private final BrokerUrl url;
    private final String name;
    private final Trouble trouble;
    private final List<AmqpPeer> peers = new ArrayList<>();

    AmqpConnections(Generator generator, BrokerUrl url, String name, Trouble trouble) {
        this.generator = generator;
        this.url = url;
        this.name = name;
        this.trouble = trouble;
    }

    AmqpPeer open(Flow flow) throws IOException {
        AmqpPeer peer = new AmqpPeer(url, name + "-" + peers.size(), flow, trouble);
        peers.add(peer);
        generator.connect(url.address(), peer, peers.size());
        Setup.await(peer.begun(), trouble, "open the connection");
        return peer;
    }

    void attach(AmqpPeer peer, AmqpSender link) throws IOException {
        generator.run(() -> peer.attach(link));
        Setup.await(link.attached(), trouble, "give credit to a sender");
    }

    /** Gives the address of the link's source. */
    String attach(AmqpPeer peer, AmqpReceiver link) throws IOException {
        generator.run(() -> peer.attach(link));
        return Setup.await(link.attached(), trouble, "attach a receiver");
    }

    void close() {
        generator.run(() -> peers.forEach(AmqpPeer::leave));
    }
}
