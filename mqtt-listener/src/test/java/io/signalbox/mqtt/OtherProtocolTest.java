package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.testkit.Clause;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages that came into the exchange by another protocol. */
class OtherProtocolTest {

    private static final MessageFormat OTHER = new MessageFormat() {
        @Override
        public byte id() {
            return 100;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            return new NeutralView(
                    body,
                    PayloadKind.TEXT,
                    Optional.of("c"),
                    Optional.of("r"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("s"),
                    List.of());
        }
    };

    private static final MessageFormat UNREADABLE = new MessageFormat() {
        @Override
        public byte id() {
            return 101;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            throw new IllegalArgumentException("not a message");
        }
    };

    private static final PublishListener NOBODY = new PublishListener() {
        @Override
        public void onOutcome(long token, PublishOutcome outcome) {}

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    };

    private static void publish(TestServer server, String address, boolean durable) {
        publish(server, address, durable, OTHER);
    }

    private static void publish(TestServer server, String address, boolean durable, MessageFormat format) {
        VirtualHost host = server.broker.defaultVirtualHost();
        Message message = new Message(Envelope.of(address, durable, 0), format, Body.Inline.of(new byte[] {'x'}));
        server.onLoop(loop -> host.openPublisher(loop, "test", NOBODY).publish(host.topics(), message, 1));
    }

    @Test
    void aDurableMessageIsQos1AndItsPropertiesArriveInVersion5() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient v5 = server.client()
                    .connectV5("a")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
            TestClient v3 = server.client()
                    .connectV3("b")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            publish(server, "t", true);
            v5.expect("32 23 00 01 't' 00 01 1c 01 01 03 00 01 'c' 08 00 01 'r' 26 00 0c 'amqp.subject' 00 01 's' 'x'");
            v3.expect("32 06 00 01 't' 00 01 'x'");
        }
    }

    @Test
    void aTransientMessageIsQos0() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient v3 = server.client()
                    .connectV3("b")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            publish(server, "t", false);
            v3.expect("30 04 00 01 't' 'x'");
        }
    }

    /** MQTT-3.3.2-2: what cannot be written as a topic is counted, not sent. */
    @Clause("MQTT3-3.3.2-2")
    @Test
    void anAddressThatIsNoTopicIsNotSent() throws Exception {
        try (TestServer server = TestServer.start()) {
            TestClient v3 = server.client()
                    .connectV3("b")
                    .send("82 06 00 01 00 01 '#' 01")
                    .expect("90 03 00 01 01");
            publish(server, "a/+", true);
            server.waitUntil(() -> server.listener.counters().droppedNotATopic.sum() == 1);
            v3.expectNothingElse();
            assertEquals(
                    0,
                    server.broker
                            .defaultVirtualHost()
                            .queues()
                            .iterator()
                            .next()
                            .status()
                            .unsettled());
        }
    }

    /** Its publisher's mistake: whoever is subscribed gets the next ones, also with the window as full as it gets. */
    @Test
    void whatCannotBeReadHoldsUpNobody() throws Exception {
        try (TestServer server = TestServer.startWith(s -> s.with(t -> t.outboundWindow = 2))) {
            TestClient atLeastOnce = server.client()
                    .connectV3("a")
                    .send("82 06 00 01 00 01 't' 01")
                    .expect("90 03 00 01 01");
            TestClient atMostOnce = server.client()
                    .connectV3("b")
                    .send("82 06 00 01 00 01 't' 00")
                    .expect("90 03 00 01 00");
            for (int i = 0; i < 3; i++) publish(server, "t", true, UNREADABLE);
            publish(server, "t", true);
            atLeastOnce.expectPacket("32").expectNothingElse();
            atMostOnce.expectPacket("30").expectNothingElse();
            assertEquals(6, server.listener.counters().unreadable.sum());
        }
    }
}
