package io.signalbox.conformance.foreign;

import static org.hamcrest.Matchers.nullValue;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.test.driver.ProtonTestClient;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Source;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Target;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Frames that no client of the matrix sends by itself, and each frame of the answer, with the protonj2 test driver. */
@ExtendWith(SharedBroker.class)
final class ScriptedPeerIT {

    private static final long LIMIT_SECONDS = 20;

    private ProtonTestClient peer;

    @BeforeEach
    void open(BrokerUnderTest broker) throws Exception {
        peer = new ProtonTestClient();
        peer.connect(broker.amqp().getHostString(), broker.amqp().getPort());
        peer.triggerClientSaslAnonymousConnect();
        awaitAnswers();
        peer.expectOpen();
        peer.remoteOpen().withContainerId("scripted").now();
        awaitAnswers();
        peer.expectBegin().withRemoteChannel(0);
        peer.remoteBegin()
                .withNextOutgoingId(0)
                .withIncomingWindow(100)
                .withOutgoingWindow(100)
                .now();
        awaitAnswers();
    }

    private void awaitAnswers() {
        peer.waitForScriptToComplete(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    private void attachReceiver(String queue) {
        peer.expectAttach().ofSender().withName(queue);
        peer.remoteAttach()
                .ofReceiver()
                .withHandle(0)
                .withName(queue)
                .withSource(source(queue))
                .withTarget(new Target())
                .now();
        awaitAnswers();
    }

    private static Source source(String address) {
        Source source = new Source();
        source.setAddress(address);
        return source;
    }

    @Clause("AMQP-2.7.4-5")
    @Test
    void aFlowOfTheSessionThatAsksForAnAnswerGetsOne() {
        peer.expectFlow().withHandle(nullValue());
        peer.remoteFlow()
                .withNextIncomingId(0)
                .withIncomingWindow(100)
                .withNextOutgoingId(0)
                .withOutgoingWindow(100)
                .withEcho(true) // AMQP 1.0 §2.7.4
                .now();
        awaitAnswers();
    }

    @Clause("AMQP-2.6.7-5")
    @Test
    void drainOnAnEmptyQueueUsesUpTheCredit() {
        attachReceiver("scripted.drain");
        peer.expectFlow().withLinkCredit(0).withDeliveryCount(10).withDrain(true);
        peer.remoteFlow()
                .withHandle(0)
                .withDeliveryCount(0)
                .withLinkCredit(10)
                .withDrain(true) // AMQP 1.0 §2.6.7
                .withNextIncomingId(0)
                .withIncomingWindow(100)
                .withNextOutgoingId(0)
                .withOutgoingWindow(100)
                .now();
        awaitAnswers();
    }

    @Clause({"AMQP-2.6.2-1", "AMQP-2.6.6-1"})
    @Test
    void aDetachIsAnsweredAndTheHandleFreeAgain() {
        attachReceiver("scripted.first");
        peer.expectDetach().withClosed(true);
        peer.remoteDetach().withHandle(0).withClosed(true).now(); // AMQP 1.0 §2.6.6
        awaitAnswers();
        attachReceiver("scripted.second");
    }

    @Clause({"AMQP-2.5.4-1", "AMQP-2.8.17-1"})
    @Test
    void aTransferOnALinkThatIsNotThereEndsTheSession() {
        peer.expectEnd().withError("amqp:session:unattached-handle");
        peer.remoteTransfer()
                .withHandle(7) // AMQP 1.0 §2.8.17
                .withDeliveryId(0)
                .withDeliveryTag(new byte[] {1})
                .withPayload(new byte[] {0, 0x53, 0x77, 0x40})
                .now();
        awaitAnswers();
    }
}
