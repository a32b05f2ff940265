package io.signalbox.conformance.foreign;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.AdvancedMessage;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryMode;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedByte;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.UnsignedShort;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Section;

/** A connection of the protonj2 client, which connects again by itself. */
final class Protonj2Amqp implements AmqpClient {

    private static final AmqpBodies BODIES = new AmqpBodies(
            Symbol::valueOf,
            Binary::new,
            UnsignedByte::valueOf,
            UnsignedShort::valueOf,
            UnsignedInteger::valueOf,
            UnsignedLong::valueOf,
            values -> values);

    private static final long LIMIT_SECONDS = 20;

    private final Client client;
    private final Connection connection;

    private Protonj2Amqp(Client client, Connection connection) {
        this.client = client;
        this.connection = connection;
    }

    private interface Call<T> {
        T run() throws Exception;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (Exception e) {
            throw new ClientFailure("protonj2: " + e);
        }
    }

    static Protonj2Amqp connect(InetSocketAddress broker) {
        Client client = Client.create();
        ConnectionOptions options = new ConnectionOptions().reconnectEnabled(true);
        options.reconnectOptions().reconnectDelay(20);
        return new Protonj2Amqp(client, call(() -> client.connect(broker.getHostString(), broker.getPort(), options)));
    }

    @Override
    public AmqpSender sender(String address) {
        return sending(call(() -> connection.openSender(address).openFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS)));
    }

    @Override
    public AmqpSender settledSender(String address) {
        SenderOptions options = new SenderOptions().deliveryMode(DeliveryMode.AT_MOST_ONCE);
        return sending(
                call(() -> connection.openSender(address, options).openFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS)));
    }

    @Override
    public AmqpSender anonymousSender() {
        return sending(call(() -> connection.openAnonymousSender().openFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS)));
    }

    private static AmqpSender sending(Sender sender) {
        return message -> {
            Section<?> body = body(message);
            Tracker tracker = call(() -> sender.send(build(message, body)));
            return new Sent() {
                @Override
                public AmqpOutcome outcome() {
                    return call(() -> word(tracker.awaitSettlement(LIMIT_SECONDS, TimeUnit.SECONDS)));
                }

                @Override
                public String body() {
                    return describe(body);
                }
            };
        };
    }

    private static AmqpOutcome word(Tracker tracker) {
        DeliveryState state = tracker.remoteState();
        return state == null
                ? AmqpOutcome.SETTLED
                : AmqpOutcome.valueOf(state.getType().name());
    }

    private static Message<?> build(AmqpMessage message, Section<?> body) throws ClientException {
        AdvancedMessage<Object> built = AdvancedMessage.create();
        built.addBodySection(body);
        built.durable(true);
        if (message.to().isPresent()) built.to(message.to().get());
        if (message.replyTo().isPresent()) built.replyTo(message.replyTo().get());
        if (message.correlationId().isPresent())
            built.correlationId(message.correlationId().get());
        return built;
    }

    private static Section<?> body(AmqpMessage message) {
        return switch (message.kind()) {
            case TEXT -> new AmqpValue<>(message.text());
            case BINARY -> new Data(message.bytes());
            case MAP -> new AmqpValue<>(BODIES.map());
            case LIST -> new AmqpValue<>(BODIES.list());
            case SEQUENCE -> new AmqpSequence<>(BODIES.sequence());
            case PRIMITIVES -> new AmqpValue<>(BODIES.primitives());
        };
    }

    private static String describe(Section<?> section) {
        if (section instanceof Data data) return BodyText.ofBytes(data.getValue());
        if (section instanceof AmqpSequence<?> sequence) return "sequence " + BodyText.of(sequence.getValue());
        return BodyText.of(section.getValue());
    }

    @Override
    public AmqpReceiver receiver(AmqpSource source) {
        boolean byHand = source.settling() == AmqpSource.Settling.BY_HAND;
        ReceiverOptions options = new ReceiverOptions()
                .creditWindow(byHand ? 0 : source.credit())
                .autoAccept(!byHand)
                .deliveryMode(
                        source.settling() == AmqpSource.Settling.SETTLED
                                ? DeliveryMode.AT_MOST_ONCE
                                : DeliveryMode.AT_LEAST_ONCE);
        Receiver receiver = call(() -> {
            Receiver opened = source.address().isPresent()
                    ? connection.openReceiver(source.address().get(), options)
                    : connection.openDynamicReceiver(options);
            opened.openFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (byHand) opened.addCredit(source.credit());
            return opened;
        });
        return new Receiving(receiver);
    }

    @Override
    public void close() {
        call(() -> client.closeAsync().get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    private record Receiving(Receiver receiver) implements AmqpReceiver {

        @Override
        public String address() {
            return call(receiver::address);
        }

        @Override
        public Optional<AmqpDelivery> poll(Duration limit) {
            return Optional.ofNullable(call(() -> receiver.receive(limit.toMillis(), TimeUnit.MILLISECONDS)))
                    .map(Receiving::read);
        }

        private static AmqpDelivery read(Delivery delivery) {
            return call(() -> {
                AdvancedMessage<Object> message = delivery.message().toAdvancedMessage();
                Section<?> body = message.bodySections().iterator().next();
                Object correlationId = message.correlationId();
                return new AmqpDelivery(
                        delivery,
                        describe(body),
                        message.replyTo() == null ? "" : message.replyTo(),
                        correlationId == null ? "" : correlationId.toString(),
                        (int) message.deliveryCount());
            });
        }

        @Override
        public void credit(int credit) {
            call(() -> receiver.addCredit(credit));
        }

        @Override
        public void drain() {
            call(() -> receiver.drain().get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }

        @Override
        public void settle(AmqpDelivery delivery, AmqpOutcome outcome) {
            Delivery own = (Delivery) delivery.handle();
            call(() -> switch (outcome) {
                case ACCEPTED -> own.accept();
                case REJECTED -> own.reject("test:rejected", "by the test");
                case RELEASED -> own.release();
                case MODIFIED -> own.modified(true, false);
                case SETTLED -> own.settle();
            });
        }

        @Override
        public void close() {
            call(() -> receiver.closeAsync().get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
    }
}
