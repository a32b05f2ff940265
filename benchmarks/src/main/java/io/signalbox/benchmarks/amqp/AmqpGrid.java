package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Grid;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Queues of a grid, between its producers and their consumers; a connection has one session, and in it a link for each of its
 * queues. Used by the thread that runs the repetition.
 */
public final class AmqpGrid implements Route {

    /** What is shared by whom, and what passes. */
    public record Shape(Grid grid, DeliveryKind kind, int bodyBytes) {}

    private final AmqpConnections connections;
    private final String address;
    private final Shape shape;

    /**
     * @param address what those of the queues begin with; this broker has not had it before
     */
    public AmqpGrid(Generator generator, BrokerUrl url, String address, Shape shape, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, address, trouble);
        this.address = address;
        this.shape = shape;
    }

    @Override
    public void open(Flow flow) throws IOException {
        Grid grid = shape.grid();
        for (int i = 0; i < grid.takers(); i++) {
            AmqpPeer consumer = connections.open(flow);
            AmqpTraffic.Counter counter = new AmqpTraffic.Counter(flow, grid.sourcesOf(i));
            for (String queue : queues(i))
                connections.attach(consumer, new AmqpReceiver(consumer, Optional.of(queue), shape.kind(), counter));
        }
        for (int i = 0; i < grid.connections(); i++) {
            AmqpPeer producer = connections.open(flow);
            List<String> queues = queues(grid.takerOf(i));
            connections.attach(producer, AmqpSender.source(producer, queues, shape.kind(), shape.bodyBytes()));
        }
    }

    private List<String> queues(int taker) {
        return shape.grid().placesOf(taker).stream()
                .map(place -> address + "-" + place)
                .toList();
    }

    @Override
    public void close() {
        connections.close();
    }
}
