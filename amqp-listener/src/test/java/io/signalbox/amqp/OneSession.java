package io.signalbox.amqp;

import io.signalbox.broker.queue.QueueStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A broker, and a peer with a session on channel 0: what tests of links begin with. */
abstract class OneSession {

    ListeningBroker broker;
    TestPeer peer;

    @BeforeEach
    final void open() throws Exception {
        open(new ListeningBroker());
    }

    private void open(ListeningBroker broker) throws Exception {
        this.broker = broker;
        peer = connect();
    }

    @AfterEach
    final void close() throws Exception {
        broker.close();
    }

    /** Begins anew, with a broker that has these limits. */
    final void reopen(AmqpSettings.Limits limits) throws Exception {
        close();
        AmqpSettings usual = AmqpSettings.defaults("broker", "0.0");
        open(new ListeningBroker(new AmqpSettings("broker", "0.0", usual.mechanisms(), limits, 0, 10_000)));
    }

    /** Another peer with a session on channel 0. */
    final TestPeer connect() throws Exception {
        return broker.connect().open().begin(0);
    }

    final QueueStatus status(String queue) {
        return broker.host.queue(queue).orElseThrow().status();
    }

    final long ready(String queue) {
        return status(queue).ready();
    }
}
