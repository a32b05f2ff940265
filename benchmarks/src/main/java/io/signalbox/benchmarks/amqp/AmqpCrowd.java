package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Crowd;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;

/** Idle connections, each with a session and a link that receives from one queue, in which nothing is. Used by one thread. */
public final class AmqpCrowd implements Crowd {

    private final AmqpConnections connections;
    private final String address;
    private final Trouble trouble = new Trouble();
    private final Flow flow;

    /** @param address of a queue that this broker has not had before */
    public AmqpCrowd(Generator generator, BrokerUrl url, String address) {
        this.connections = new AmqpConnections(generator, url, "idle-at-" + address, trouble);
        this.address = address;
        this.flow = new Flow(generator.loop(), trouble, Plan.throughput(1, 1));
    }

    @Override
    public void open(int more) throws IOException {
        for (int i = 0; i < more; i++) {
            AmqpPeer peer = connections.open(flow);
            connections.attach(peer, new AmqpReceiver(peer, Optional.of(address), DeliveryKind.DURABLE, new Nothing()));
        }
    }

    @Override
    public void close() {
        connections.close();
    }

    private final class Nothing implements AmqpReceiver.Taker {

        @Override
        public void take(ByteBuf in, int bodyAt) {
            trouble.report("A message comes from " + address + ", to which none was sent.");
        }

        @Override
        public void endOfRead() {}
    }
}
