package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Sources;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;

/** Queues with a producer and a consumer each, all on their own connections. Used by the thread that runs the repetition. */
public final class AmqpTraffic implements Route {

    private final AmqpConnections connections;
    private final Shape shape;
    private final String address;

    /** How many queues, and what passes through each. */
    public record Shape(int queues, DeliveryKind kind, int bodyBytes) {}

    /**
     * @param address of a queue that this broker has not had before; of several, each gets a number at its end
     */
    public AmqpTraffic(Generator generator, BrokerUrl url, String address, Shape shape, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, address, trouble);
        this.address = address;
        this.shape = shape;
    }

    @Override
    public void open(Flow flow) throws IOException {
        for (int i = 0; i < shape.queues(); i++) {
            String queue = shape.queues() == 1 ? address : address + "-" + i;
            AmqpPeer consumer = connections.open(flow);
            Counter counter = new Counter(flow, new Sources(i, 1));
            connections.attach(consumer, new AmqpReceiver(consumer, Optional.of(queue), shape.kind(), counter));
            AmqpPeer producer = connections.open(flow);
            AmqpSender sender = AmqpSender.source(producer, queue, shape.kind(), Optional.empty(), shape.bodyBytes());
            connections.attach(producer, sender);
        }
    }

    @Override
    public void close() {
        connections.close();
    }

    /** A consumer that does nothing but count. */
    static final class Counter implements AmqpReceiver.Taker {
        private final Flow flow;
        private final int number;

        Counter(Flow flow, Sources sources) {
            this.flow = flow;
            this.number = flow.addConsumer(sources);
        }

        @Override
        public void take(ByteBuf in, int bodyAt) {
            flow.arrived(number, in, bodyAt);
        }

        @Override
        public void endOfRead() {}
    }
}
