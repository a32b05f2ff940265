package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Stamp;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;

/**
 * A consumer of one queue that takes and accepts what it asked for, and no more. What one sender sent has to come in its order.
 * Used by one thread; what it counts belongs to the event loop.
 */
public final class AmqpConsumer implements AutoCloseable {

    private final Generator generator;
    private final AmqpConnections connections;
    private final AmqpPeer peer;
    private final AmqpReceiver receiver;
    private final Trouble trouble;
    private long taken;
    private long last = -1;

    /**
     * Connects and attaches; nothing comes yet.
     *
     * @throws IOException if the broker is not there or refuses
     */
    public AmqpConsumer(Generator generator, BrokerUrl url, String address, Trouble trouble) throws IOException {
        this.generator = generator;
        this.trouble = trouble;
        connections = new AmqpConnections(generator, url, "consumer-of-" + address, trouble);
        peer = connections.open(new Flow(generator.loop(), trouble, Plan.throughput(1, 1)));
        receiver = new AmqpReceiver(peer, Optional.of(address), DeliveryKind.DURABLE, new Counter(), 0);
        connections.attach(peer, receiver);
    }

    /** Asks for so many more. */
    public void take(int more) {
        generator.run(() -> {
            receiver.take(more);
            peer.flush();
        });
    }

    /** How many have come. */
    public long taken() {
        return generator.call(() -> taken);
    }

    @Override
    public void close() {
        connections.close();
    }

    private final class Counter implements AmqpReceiver.Taker {

        @Override
        public void take(ByteBuf in, int bodyAt) {
            taken++;
            long sequence = in.getLong(bodyAt + Stamp.SEQUENCE_AT);
            if (sequence <= last) trouble.report("Message " + sequence + " came after " + last + ".");
            last = sequence;
        }

        @Override
        public void endOfRead() {}
    }
}
