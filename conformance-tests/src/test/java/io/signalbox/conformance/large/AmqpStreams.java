package io.signalbox.conformance.large;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.OutputStreamOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.StreamDelivery;
import org.apache.qpid.protonj2.client.StreamReceiver;
import org.apache.qpid.protonj2.client.StreamReceiverOptions;
import org.apache.qpid.protonj2.client.StreamSender;
import org.apache.qpid.protonj2.client.StreamSenderMessage;
import org.apache.qpid.protonj2.client.StreamTracker;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** A connection of the protonj2 client that streams messages in and out. Used by one thread. */
final class AmqpStreams implements AutoCloseable {

    private static final long LIMIT_SECONDS = 300;
    private static final int IN_FLIGHT = 16;

    private final Client client;
    private final Connection connection;

    AmqpStreams(BrokerUnderTest broker) throws ClientException {
        client = Client.create(new ClientOptions());
        ConnectionOptions options = new ConnectionOptions();
        options.reconnectEnabled(false);
        connection = client.connect(broker.amqp().getHostString(), broker.amqp().getPort(), options);
    }

    /** Sends a durable message of one data section; what the broker said of it. */
    DeliveryState send(String address, LargeContent content, LongConsumer watcher) throws Exception {
        StreamSender sender = connection.openStreamSender(address);
        StreamSenderMessage message = sender.beginMessage();
        message.durable(true);
        message.subject("large");
        OutputStreamOptions options = new OutputStreamOptions().bodyLength((int) content.bytes());
        try (OutputStream body = message.body(options)) {
            content.write(body, content.bytes(), watcher);
        }
        StreamTracker tracker = message.tracker();
        tracker.settlementFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        DeliveryState state = tracker.remoteState();
        sender.close();
        return state;
    }

    /** Sends the beginning of a message, and leaves it so. */
    void sendBeginning(String address, LargeContent content, long upTo) throws Exception {
        StreamSenderMessage message = connection.openStreamSender(address).beginMessage();
        message.durable(true);
        OutputStream body = message.body(new OutputStreamOptions().bodyLength((int) content.bytes()));
        content.write(body, upTo, at -> {});
        body.flush();
    }

    /** Sends so many bytes in durable messages of 64 KiB, some at a time, and receives them afterwards. */
    void sendAndReceiveInMessages(String address, LargeContent content, LongConsumer whenSent) throws Exception {
        ArrayDeque<Tracker> underWay = new ArrayDeque<>();
        long messages = content.bytes() / LargeContent.PIECE_BYTES;
        Sender sender = connection.openSender(address);
        content.write(new OutputStream() {
            @Override
            public void write(int octet) {
                throw new IllegalStateException("octet by octet");
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                try {
                    Message<byte[]> message = Message.create(Arrays.copyOfRange(bytes, from, from + count));
                    underWay.add(sender.send(message.durable(true)));
                    if (underWay.size() > IN_FLIGHT) underWay.remove().awaitAccepted();
                } catch (ClientException e) {
                    throw new IOException(e);
                }
            }
        });
        while (!underWay.isEmpty()) underWay.remove().awaitAccepted();
        sender.close();
        whenSent.accept(messages);
        Receiver receiver = connection.openReceiver(address);
        for (long i = 0; i < messages; i++) receiver.receive().message();
        receiver.close();
    }

    /** A receiver of one message at a time. */
    StreamReceiver receiver(String address) throws ClientException {
        StreamReceiverOptions options = new StreamReceiverOptions();
        options.creditWindow(1);
        options.autoAccept(false);
        options.readBufferSize(1 << 20);
        return connection.openStreamReceiver(address, options);
    }

    /** Receives a message and accepts it. */
    void receive(StreamReceiver receiver, LargeContent expected, LongConsumer watcher) throws Exception {
        StreamDelivery delivery = receiver.receive(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (delivery == null) throw new AssertionError("no message came");
        try (InputStream body = delivery.message().body()) {
            expected.check(body, watcher);
            if (body.read() >= 0) throw new AssertionError("there is more than was sent");
        }
        delivery.accept();
    }

    @Override
    public void close() throws IOException {
        connection.close();
        client.close();
    }
}
