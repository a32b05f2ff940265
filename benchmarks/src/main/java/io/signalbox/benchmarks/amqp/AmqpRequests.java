package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Sources;
import io.signalbox.benchmarks.load.Stamp;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.io.IOException;
import java.util.Optional;

/**
 * A requester and a responder: requests go through a queue, responses through a node that the broker made for the requester.
 * Each has one connection. Used by the thread that runs the repetition.
 */
public final class AmqpRequests implements Route {

    private final AmqpConnections connections;
    private final String address;
    private final int bodyBytes;
    private final Trouble trouble;

    /**
     * @param address of a queue that this broker has not had before
     */
    public AmqpRequests(Generator generator, BrokerUrl url, String address, int bodyBytes, Trouble trouble) {
        this.connections = new AmqpConnections(generator, url, address, trouble);
        this.address = address;
        this.bodyBytes = bodyBytes;
        this.trouble = trouble;
    }

    @Override
    public void open(Flow flow) throws IOException {
        DeliveryKind kind = DeliveryKind.TRANSIENT;
        AmqpPeer requester = connections.open(flow);
        String replyTo = connections.attach(
                requester,
                new AmqpReceiver(requester, Optional.empty(), kind, new AmqpTraffic.Counter(flow, Sources.first(1))));
        AmqpPeer responder = connections.open(flow);
        AmqpSender responses = AmqpSender.relay(responder, replyTo, kind, bodyBytes);
        connections.attach(responder, responses);
        connections.attach(
                responder, new AmqpReceiver(responder, Optional.of(address), kind, new Responder(responses)));
        connections.attach(requester, AmqpSender.source(requester, address, kind, Optional.of(replyTo), bodyBytes));
    }

    @Override
    public void close() {
        connections.close();
    }

    /** Answers each request with its own stamp. */
    private final class Responder implements AmqpReceiver.Taker {
        private final AmqpSender responses;

        Responder(AmqpSender responses) {
            this.responses = responses;
        }

        @Override
        public void take(ByteBuf in, int bodyAt) {
            if (responses.room() <= 0) {
                trouble.report("The broker gives the responder no credit for its answer.");
                return;
            }
            responses.send(in.getLong(bodyAt + Stamp.SEQUENCE_AT), in.getLong(bodyAt + Stamp.INTENDED_AT));
        }

        @Override
        public void endOfRead() {}
    }
}
