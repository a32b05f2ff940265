package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.foreign.AmqpClient.AmqpReceiver;
import io.signalbox.conformance.foreign.AmqpClient.AmqpSender;
import io.signalbox.conformance.foreign.AmqpClient.Sent;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.Relay;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What every AMQP client expects of a broker, with clients of four languages' houses. */
@ExtendWith(SharedBroker.class)
final class AmqpMatrixIT {

    private static final int LARGE_BYTES = 10_000_000;
    private static final int MANY = 2_000;

    private final List<AutoCloseable> open = new ArrayList<>();
    private BrokerUnderTest broker;
    private String test;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo info) {
        broker = shared;
        test = info.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable client : open) client.close();
    }

    private AmqpClient connect(AmqpFlavour flavour) {
        AmqpClient client = flavour.connect(broker.amqp());
        open.add(client);
        return client;
    }

    private String queue(AmqpFlavour flavour) {
        return "matrix." + test + "." + flavour;
    }

    private void awaitDepth(String queue, long depth) {
        Await.until(queue + " holds " + depth, () -> broker.control().depth(queue) == depth);
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }

    private static void sendAll(AmqpSender sender, List<String> texts, AmqpOutcome outcome) {
        List<Sent> sent =
                texts.stream().map(text -> sender.send(AmqpMessage.text(text))).toList();
        for (Sent one : sent) assertEquals(outcome, one.outcome());
    }

    private static List<String> receiveTexts(AmqpReceiver receiver, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) texts.add(receiver.receive().body().replaceFirst("^text ", ""));
        return texts;
    }

    @Clause({"AMQP-3.2.6-1", "AMQP-3.2.7-1", "AMQP-3.2.8-1"})
    @ParameterizedTest
    @EnumSource
    void bodiesOfEveryKindArriveAsTheyWereSent(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        AmqpSender sender = client.sender(queue(flavour));
        AmqpReceiver receiver = client.receiver(AmqpSource.automatic(queue(flavour), 10));
        for (AmqpMessage.Kind kind : AmqpMessage.Kind.values()) {
            Sent sent = sender.send(AmqpMessage.of(kind));
            assertEquals(AmqpOutcome.ACCEPTED, sent.outcome());
            assertEquals(sent.body(), receiver.receive().body(), () -> "of kind " + kind);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAcceptedLeavesTheQueueInOrder(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        sendAll(client.sender(queue(flavour)), texts(100), AmqpOutcome.ACCEPTED);
        assertEquals(100, broker.control().depth(queue(flavour)));
        assertEquals(texts(100), receiveTexts(client.receiver(AmqpSource.automatic(queue(flavour), 7)), 100));
        awaitDepth(queue(flavour), 0);
    }

    // The Vert.x client has no option to send settled.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "VERTX")
    void whatIsSentSettledArrivesToo(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        sendAll(client.settledSender(queue(flavour)), texts(100), AmqpOutcome.SETTLED);
        assertEquals(texts(100), receiveTexts(client.receiver(AmqpSource.automatic(queue(flavour), 100)), 100));
    }

    @ParameterizedTest
    @EnumSource
    void whatTheBrokerSendsSettledIsGone(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        sendAll(client.sender(queue(flavour)), texts(50), AmqpOutcome.ACCEPTED);
        assertEquals(texts(50), receiveTexts(client.receiver(AmqpSource.settled(queue(flavour), 10)), 50));
        awaitDepth(queue(flavour), 0);
    }

    @Clause({"AMQP-2.6.7-1", "AMQP-2.6.9-1"})
    @ParameterizedTest
    @EnumSource
    void noMoreComesThanThereIsCreditFor(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        sendAll(client.sender(queue(flavour)), texts(10), AmqpOutcome.ACCEPTED);
        AmqpReceiver receiver = client.receiver(AmqpSource.byHand(queue(flavour), 3)); // AMQP 1.0 §2.6.7
        assertEquals(texts(3), receiveTexts(receiver, 3));
        receiver.assertNothingMore();
        receiver.credit(4);
        assertEquals(List.of("m3", "m4", "m5", "m6"), receiveTexts(receiver, 4));
        receiver.assertNothingMore();
    }

    @Clause({"AMQP-3.4.4-1", "AMQP-3.4.5-1"})
    @ParameterizedTest
    @EnumSource
    void everyOutcomeDoesWhatItSays(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        String queue = queue(flavour);
        sendAll(client.sender(queue), texts(1), AmqpOutcome.ACCEPTED);
        AmqpReceiver receiver = client.receiver(AmqpSource.byHand(queue, 4));
        AmqpDelivery first = receiver.receive();
        assertEquals(0, first.deliveryCount());
        receiver.settle(first, AmqpOutcome.RELEASED);
        AmqpDelivery released = receiver.receive();
        assertEquals(0, released.deliveryCount()); // AMQP 1.0 §3.4.4: not counted
        receiver.settle(released, AmqpOutcome.MODIFIED);
        AmqpDelivery failed = receiver.receive();
        assertEquals(1, failed.deliveryCount()); // AMQP 1.0 §3.4.5
        receiver.settle(failed, AmqpOutcome.REJECTED);
        awaitDepth(queue, 0);
        sendAll(client.sender(queue), List.of("next"), AmqpOutcome.ACCEPTED);
        AmqpDelivery next = receiver.receive();
        assertEquals("text next", next.body());
        receiver.settle(next, AmqpOutcome.ACCEPTED);
        awaitDepth(queue, 0);
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyListensToIsReleased(AmqpFlavour flavour) {
        AmqpSender sender = connect(flavour).sender("topic://" + queue(flavour));
        assertEquals(
                AmqpOutcome.RELEASED, sender.send(AmqpMessage.text("nobody")).outcome());
    }

    @ParameterizedTest
    @EnumSource
    void aTopicReachesEverySubscriber(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        String topic = "topic://" + test + "/" + flavour;
        AmqpReceiver exact = client.receiver(AmqpSource.automatic(topic + "/a", 10));
        AmqpReceiver wild = connect(flavour).receiver(AmqpSource.automatic(topic + "/+", 10));
        sendAll(client.sender(topic + "/a"), List.of("one", "two"), AmqpOutcome.ACCEPTED);
        sendAll(client.sender(topic + "/b"), List.of("three"), AmqpOutcome.ACCEPTED);
        assertEquals(List.of("one", "two"), receiveTexts(exact, 2));
        assertEquals(List.of("one", "two", "three"), receiveTexts(wild, 3));
        exact.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource
    void theAnonymousSenderSendsWhereEachMessageSays(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        AmqpReceiver left = client.receiver(AmqpSource.automatic(queue(flavour) + ".left", 10));
        AmqpReceiver right = client.receiver(AmqpSource.automatic(queue(flavour) + ".right", 10));
        AmqpSender sender = client.anonymousSender();
        for (String side : List.of("left", "right", "left")) {
            AmqpMessage message = AmqpMessage.text(side).to(queue(flavour) + "." + side);
            assertEquals(AmqpOutcome.ACCEPTED, sender.send(message).outcome());
        }
        assertEquals(List.of("left", "left"), receiveTexts(left, 2));
        assertEquals(List.of("right"), receiveTexts(right, 1));
    }

    @Clause("AMQP-3.5.3-2")
    @ParameterizedTest
    @EnumSource
    void aRequestIsAnsweredAtADynamicNode(AmqpFlavour flavour) {
        AmqpClient server = connect(flavour);
        AmqpReceiver requests = server.receiver(AmqpSource.automatic(queue(flavour), 10));
        AmqpClient client = connect(flavour);
        AmqpReceiver replies = client.receiver(AmqpSource.dynamic(10));
        assertFalse(replies.address().isEmpty());
        AmqpMessage question =
                AmqpMessage.text("question").replyTo(replies.address()).correlationId("c-1");
        client.sender(queue(flavour)).send(question);
        AmqpDelivery request = requests.receive();
        server.anonymousSender()
                .send(AmqpMessage.text("answer").to(request.replyTo()).correlationId(request.correlationId()));
        AmqpDelivery reply = replies.receive();
        assertEquals("text answer", reply.body());
        assertEquals("c-1", reply.correlationId());
    }

    @Clause("AMQP-2.6.14-1")
    @ParameterizedTest
    @EnumSource
    void tenMegabytesArriveWhole(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        AmqpMessage large = AmqpMessage.binary(LARGE_BYTES);
        Sent sent = client.sender(queue(flavour)).send(large);
        assertEquals(AmqpOutcome.ACCEPTED, sent.outcome());
        AmqpDelivery received =
                client.receiver(AmqpSource.automatic(queue(flavour), 10)).receive();
        assertEquals(BodyText.ofBytes(large.bytes()), received.body());
    }

    @ParameterizedTest
    @EnumSource
    void manyAreUnderWayAtOnceAndStayInOrder(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        AmqpReceiver receiver = connect(flavour).receiver(AmqpSource.automatic(queue(flavour), 500));
        sendAll(client.sender(queue(flavour)), texts(MANY), AmqpOutcome.ACCEPTED);
        assertEquals(texts(MANY), receiveTexts(receiver, MANY));
    }

    // The Vert.x client cannot ask for it.
    @Clause("AMQP-2.6.7-5")
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "VERTX")
    void drainBringsWhatThereIsAndTheRestOfTheCreditBack(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        AmqpSender sender = client.sender(queue(flavour));
        sendAll(sender, texts(3), AmqpOutcome.ACCEPTED);
        AmqpReceiver receiver = client.receiver(AmqpSource.byHand(queue(flavour), 10));
        receiver.drain(); // AMQP 1.0 §2.6.7: the sender uses up the credit, or gives it back
        assertEquals(texts(3), receiveTexts(receiver, 3));
        sendAll(sender, List.of("later"), AmqpOutcome.ACCEPTED);
        receiver.assertNothingMore();
        receiver.credit(1);
        assertEquals(List.of("later"), receiveTexts(receiver, 1));
    }

    @Clause("AMQP-3.3-1")
    @ParameterizedTest
    @EnumSource
    void whatWasNotSettledComesAgainOnTheNextLink(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        String queue = queue(flavour);
        sendAll(client.sender(queue), texts(3), AmqpOutcome.ACCEPTED);
        AmqpReceiver first = client.receiver(AmqpSource.byHand(queue, 3));
        first.settle(first.receive(), AmqpOutcome.ACCEPTED);
        assertEquals(List.of("m1", "m2"), receiveTexts(first, 2));
        awaitDepth(queue, 2);
        first.close();
        assertEquals(List.of("m1", "m2"), receiveTexts(client.receiver(AmqpSource.automatic(queue, 3)), 2));
    }

    // An application on Vert.x connects again itself.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "VERTX")
    void aClientWhoseConnectionIsCutGoesOnByItself(AmqpFlavour flavour) {
        flavour.require();
        Relay network = Relay.to(broker.amqp());
        AmqpClient cut = flavour.connect(network.address());
        open.add(cut);
        open.add(network);
        AmqpReceiver receiver = cut.receiver(AmqpSource.automatic(queue(flavour), 10));
        AmqpSender sender = connect(flavour).sender(queue(flavour));
        sendAll(sender, List.of("before"), AmqpOutcome.ACCEPTED);
        assertEquals(List.of("before"), receiveTexts(receiver, 1));
        awaitDepth(queue(flavour), 0);
        network.cut();
        sendAll(sender, List.of("after"), AmqpOutcome.ACCEPTED);
        assertEquals(List.of("after"), receiveTexts(receiver, 1));
    }

    @Clause("AMQP-2.7.7-1")
    @ParameterizedTest
    @EnumSource
    void aRefusedLinkSaysWhy(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        Throwable refusal = assertThrows(Throwable.class, () -> client.sender("topic://a/+"));
        assertTrue(refusal.getMessage().contains("a/+"), refusal.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceAndTheClientHearEachOther(AmqpFlavour flavour) {
        AmqpClient client = connect(flavour);
        String topic = test + "/" + flavour;
        AmqpReceiver receiver = client.receiver(AmqpSource.automatic("topic://" + topic + "/up", 10));
        MqttLink device = MqttFlavour.HIVEMQ_5.connect(broker, MqttConnect.clean(test + flavour));
        open.add(device);
        device.subscribe(topic + "/down", 1);
        device.publish(MqttMessage.of(topic + "/up", 1, "21.5"));
        assertEquals(
                BodyText.ofBytes("21.5".getBytes(UTF_8)), receiver.receive().body());
        sendAll(client.sender("topic://" + topic + "/down"), List.of("on"), AmqpOutcome.ACCEPTED);
        assertEquals("on", device.receive().payload());
    }
}
