package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.signalbox.broker.store.StoreException;
import java.io.IOException;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;

/** A broker and a sender on its topic {@code news}: what tests of subscriptions begin with. */
final class NewsRoom implements AutoCloseable {

    final ListeningBroker broker = new ListeningBroker();
    private final TestPeer sender = connect("sender").attachSender(0, "topic://news");
    private int sent;

    NewsRoom() throws Exception {}

    /** A peer with a session on channel 0. */
    TestPeer connect(String container) throws IOException {
        return broker.connect().open(container).begin(0);
    }

    /** Publishes and waits until the broker has taken it over. */
    void publish(String... texts) throws IOException {
        for (String text : texts) assertInstanceOf(Accepted.class, send(text));
    }

    /** Sends; the outcome. */
    DeliveryState send(String text) throws IOException {
        sender.send(0, TestPeer.transfer(0, sent++), TestPeer.durable(text));
        return sender.expect(Disposition.class).getState();
    }

    @Override
    public void close() throws StoreException, IOException {
        broker.close();
    }
}
