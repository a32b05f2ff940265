package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;

/** A producer and a consumer of one queue, each on its connection. Used by the thread that runs the repetition. */
public final class AmqpTraffic implements Route {

    private final AmqpConnections connections;
    private final String address;
    private final DeliveryKind kind;
    private final int bodyBytes;

    /**
     * @param address of a queue that this broker has not had before
     */
    public AmqpTraffic(
            Generator generator, BrokerUrl url, String address, DeliveryKind kind, int bodyBytes, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, address, trouble);
        this.address = address;
        this.kind = kind;
        this.bodyBytes = bodyBytes;
    }

    @Override
    public void open(Flow flow) throws IOException {
        AmqpPeer consumer = connections.open(flow);
        connections.attach(consumer, new AmqpReceiver(consumer, Optional.of(address), kind, new Counter(flow)));
        AmqpPeer producer = connections.open(flow);
        connections.attach(producer, AmqpSender.source(producer, address, kind, Optional.empty(), bodyBytes));
    }

    @Override
    public void close() {
        connections.close();
    }

    /** A consumer that does nothing but count. */
    static final class Counter implements AmqpReceiver.Taker {
        private final Flow flow;
        private final int number;

        Counter(Flow flow) {
            this.flow = flow;
            this.number = flow.addConsumer(1);
        }

        @Override
        public void take(ByteBuf in, int bodyAt) {
            flow.arrived(number, in, bodyAt);
        }

        @Override
        public void endOfRead() {}
    }
}
