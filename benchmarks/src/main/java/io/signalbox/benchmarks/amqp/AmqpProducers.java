package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Senders of durable messages that nobody takes, each on its connection. Used by the thread that runs the repetition. */
public final class AmqpProducers implements Route {

    private final AmqpConnections connections;
    private final List<String> addresses;
    private final int bodyBytes;

    /** @param addresses of queues, or of topics if they begin with {@code topic://}; one sender for each */
    public AmqpProducers(Generator generator, BrokerUrl url, List<String> addresses, int bodyBytes, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, "producer-of-" + addresses.get(0), trouble);
        this.addresses = List.copyOf(addresses);
        this.bodyBytes = bodyBytes;
    }

    @Override
    public void open(Flow flow) throws IOException {
        for (String address : addresses) {
            AmqpPeer peer = connections.open(flow);
            connections.attach(
                    peer, AmqpSender.source(peer, address, DeliveryKind.DURABLE, Optional.empty(), bodyBytes));
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
