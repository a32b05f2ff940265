package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.Await;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpConnection;
import io.vertx.amqp.AmqpMessageBuilder;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;

/**
 * A connection of the Vert.x AMQP client. What it has no words for (draining, sending settled, connecting again) is not asked
 * of it; credit by hand is its {@code fetch}.
 */
final class VertxAmqp implements AmqpClient {

    private static final AmqpBodies BODIES = new AmqpBodies(
            Symbol::valueOf,
            Binary::new,
            UnsignedByte::valueOf,
            UnsignedShort::valueOf,
            UnsignedInteger::valueOf,
            UnsignedLong::valueOf,
            values -> Arrays.stream(values).boxed().toArray(Integer[]::new));

    private static final AtomicReference<Vertx> SHARED = new AtomicReference<>();

    private final io.vertx.amqp.AmqpClient client;
    private final AmqpConnection connection;

    private VertxAmqp(io.vertx.amqp.AmqpClient client, AmqpConnection connection) {
        this.client = client;
        this.connection = connection;
    }

    private static <T> T get(String what, Future<T> future) {
        return Await.get(what, future.toCompletionStage().toCompletableFuture());
    }

    private static Vertx vertx() {
        Vertx shared = SHARED.get();
        if (shared != null) return shared;
        SHARED.compareAndSet(null, Vertx.vertx());
        return SHARED.get();
    }

    static VertxAmqp connect(InetSocketAddress broker) {
        AmqpClientOptions options = new AmqpClientOptions();
        options.setHost(broker.getHostString());
        options.setPort(broker.getPort());
        io.vertx.amqp.AmqpClient client = io.vertx.amqp.AmqpClient.create(vertx(), options);
        return new VertxAmqp(client, get("the connection", client.connect()));
    }

    @Override
    public AmqpSender sender(String address) {
        return sending(get("the sender", connection.createSender(address)));
    }

    @Override
    public AmqpSender settledSender(String address) {
        throw new UnsupportedOperationException("the Vert.x AMQP client cannot send settled");
    }

    @Override
    public AmqpSender anonymousSender() {
        return sending(get("the sender", connection.createAnonymousSender()));
    }

    private static AmqpSender sending(io.vertx.amqp.AmqpSender sender) {
        return message -> {
            Section body = body(message);
            CompletableFuture<AmqpOutcome> outcome = sender.sendWithAck(build(message, body))
                    .map(AmqpOutcome.ACCEPTED)
                    .otherwise(failure -> AmqpOutcome.ofWord(
                            failure.getMessage().replaceAll("(?s).*\\b(REJECTED|RELEASED|MODIFIED)\\b.*", "$1")))
                    .toCompletionStage()
                    .toCompletableFuture();
            return new Sent() {
                @Override
                public AmqpOutcome outcome() {
                    return Await.get("the outcome", outcome);
                }

                @Override
                public String body() {
                    return describe(body);
                }
            };
        };
    }

    private static io.vertx.amqp.AmqpMessage build(AmqpMessage message, Section body) {
        Message proton = Message.Factory.create();
        proton.setBody(body);
        AmqpMessageBuilder builder = io.vertx.amqp.AmqpMessage.create(proton).durable(true);
        message.to().ifPresent(builder::address);
        message.replyTo().ifPresent(builder::replyTo);
        message.correlationId().ifPresent(builder::correlationId);
        return builder.build();
    }

    private static Section body(AmqpMessage message) {
        return switch (message.kind()) {
            case TEXT -> new AmqpValue(message.text());
            case BINARY -> new Data(new Binary(message.bytes()));
            case MAP -> new AmqpValue(BODIES.map());
            case LIST -> new AmqpValue(BODIES.list());
            case SEQUENCE -> new AmqpSequence(BODIES.sequence());
            case PRIMITIVES -> new AmqpValue(BODIES.primitives());
        };
    }

    private static String describe(Section section) {
        if (section instanceof Data data)
            return BodyText.ofBuffer(data.getValue().asByteBuffer());
        if (section instanceof AmqpSequence sequence) return "sequence " + BodyText.of(sequence.getValue());
        return BodyText.of(((AmqpValue) section).getValue());
    }

    @Override
    public AmqpReceiver receiver(AmqpSource source) {
        AmqpReceiverOptions options = new AmqpReceiverOptions()
                .setDynamic(source.address().isEmpty())
                .setMaxBufferedMessages(source.credit())
                .setAutoAcknowledgement(source.settling() == AmqpSource.Settling.AUTOMATIC);
        if (source.settling() == AmqpSource.Settling.SETTLED) options.setQos("AT_MOST_ONCE");
        io.vertx.amqp.AmqpReceiver receiver =
                get("the receiver", connection.createReceiver(source.address().orElse(null), options));
        BlockingQueue<AmqpDelivery> arrived = new LinkedBlockingQueue<>();
        boolean byHand = source.settling() == AmqpSource.Settling.BY_HAND;
        if (byHand) receiver.pause();
        receiver.handler(message -> arrived.add(read(message)));
        if (byHand) receiver.fetch(source.credit());
        return new Receiving(receiver, arrived);
    }

    private static AmqpDelivery read(io.vertx.amqp.AmqpMessage message) {
        Object correlationId = message.unwrap().getCorrelationId();
        return new AmqpDelivery(
                message,
                describe(message.unwrap().getBody()),
                message.replyTo() == null ? "" : message.replyTo(),
                correlationId == null ? "" : correlationId.toString(),
                message.deliveryCount());
    }

    @Override
    public void close() {
        get("the end of the client", client.close());
    }

    private record Receiving(io.vertx.amqp.AmqpReceiver receiver, BlockingQueue<AmqpDelivery> arrived)
            implements AmqpReceiver {

        @Override
        public String address() {
            return receiver.address();
        }

        @Override
        public Optional<AmqpDelivery> poll(Duration limit) {
            return Await.poll(arrived, limit);
        }

        @Override
        public void credit(int credit) {
            receiver.fetch(credit);
        }

        @Override
        public void drain() {
            throw new UnsupportedOperationException("the Vert.x AMQP client cannot drain");
        }

        @Override
        public void settle(AmqpDelivery delivery, AmqpOutcome outcome) {
            io.vertx.amqp.AmqpMessage message = (io.vertx.amqp.AmqpMessage) delivery.handle();
            switch (outcome) {
                case ACCEPTED -> message.accepted();
                case REJECTED -> message.rejected();
                case RELEASED -> message.released();
                case MODIFIED -> message.modified(true, false);
                case SETTLED -> throw new IllegalArgumentException("not an outcome");
            }
        }

        @Override
        public void close() {
            get("the end of the receiver", receiver.close());
        }
    }
}
