package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.BacklogRoute;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Sources;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A queue that a producer of durable messages fills, and that a consumer empties later. Used by one thread. */
public final class AmqpBacklog implements BacklogRoute {

    private final AmqpConnections connections;
    private final String address;
    private final int bodyBytes;
    private @Nullable Flow opened;

    /**
     * @param address of a queue that this broker has not had before
     */
    public AmqpBacklog(Generator generator, BrokerUrl url, String address, int bodyBytes, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, address, trouble);
        this.address = address;
        this.bodyBytes = bodyBytes;
    }

    @Override
    public void open(Flow flow) throws IOException {
        opened = flow;
        AmqpPeer producer = connections.open(flow);
        AmqpSender sender = AmqpSender.source(producer, address, DeliveryKind.DURABLE, Optional.empty(), bodyBytes);
        connections.attach(producer, sender);
    }

    @Override
    public void openConsumer() throws IOException {
        Flow flow = opened;
        if (flow == null) throw new IllegalStateException("nothing was sent");
        AmqpPeer consumer = connections.open(flow);
        AmqpTraffic.Counter counter = new AmqpTraffic.Counter(flow, Sources.first(1));
        connections.attach(consumer, new AmqpReceiver(consumer, Optional.of(address), DeliveryKind.DURABLE, counter));
    }

    @Override
    public void close() {
        connections.close();
    }
}
