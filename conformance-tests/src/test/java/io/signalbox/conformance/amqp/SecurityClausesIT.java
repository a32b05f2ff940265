package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.Fresh;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.security.SaslCode;
import org.apache.qpid.protonj2.types.security.SaslMechanisms;
import org.apache.qpid.protonj2.types.security.SaslOutcome;
import org.apache.qpid.protonj2.types.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP 1.0 §5: the SASL layer, and what the operator hears of who does not come through it. */
@ExtendWith(SharedBroker.class)
final class SecurityClausesIT {

    private static final byte[] NOTHING = {};

    @Clause({"AMQP-5.3.2-1", "AMQP-5.3.1-1", "AMQP-5.3.1-4", "AMQP-5.3.3-1", "AMQP-1.4-4"})
    @Test
    void theServerNamesItsMechanismsInASmallPlainFrame(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).sendHex(FramePeer.SASL)) {
            assertEquals(FramePeer.SASL, peer.readHeader());
            SaslMechanisms offer = peer.expect(SaslMechanisms.class); // and we have sent no frame yet
            assertArrayEquals(
                    new Symbol[] {Symbol.valueOf("PLAIN"), Symbol.valueOf("ANONYMOUS")},
                    offer.getSaslServerMechanisms());
            byte[] frame = peer.lastFrame();
            assertArrayEquals(new byte[] {2, 1, 0, 0}, Arrays.copyOfRange(frame, 4, 8));
            assertTrue(frame.length <= 512);
        }
    }

    @Clause({"AMQP-5.3.2-3", "AMQP-5.3.3-5", "AMQP-5.3.3-6"})
    @Test
    void afterTheOutcomeHeadersAreExchangedAgain(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).login("ANONYMOUS", NOTHING)) {
            assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
            assertArrayEquals(new byte[] {2, 1, 0, 0}, Arrays.copyOfRange(peer.lastFrame(), 4, 8));
            peer.sendHex(FramePeer.AMQP);
            assertEquals(FramePeer.AMQP, peer.readHeader());
            peer.send(0, peer.openFrame()).expect(Open.class);
        }
        try (FramePeer again = FramePeer.connect(broker).login("ANONYMOUS", NOTHING)) {
            again.expect(SaslOutcome.class);
            again.sendHex(FramePeer.SASL); // the layer is there already
            assertEquals(FramePeer.AMQP, again.readHeader());
            assertEquals(0, again.readToEnd().length);
        }
    }

    @Clause("AMQP-5.3.1-2")
    @Test
    void bytesSixAndSevenAndAnExtendedHeaderAreNotLookedAt(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).sendHex(FramePeer.SASL)) {
            peer.readHeader();
            peer.expect(SaslMechanisms.class);
            byte[] init = peer.init("ANONYMOUS", NOTHING);
            peer.sendBytes(new byte[] {0, 0, 0, (byte) (init.length + 4), 3, 1, 77, 99, 1, 2, 3, 4});
            peer.sendBytes(Arrays.copyOfRange(init, 8, init.length));
            assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
        }
    }

    /** The client of TCP speaks as the client of SASL, once, in one type a frame. */
    @Clause({"AMQP-5.3.1-3", "AMQP-5.3.2-2"})
    @ParameterizedTest
    @CsvSource({
        "an empty frame, 00000008 02010000",
        "mechanisms, 00000014 02010000 005340 c00701 e00401 a3 0141",
        "an outcome, 00000010 02010000 005344 c0030150 00",
        "a challenge, 00000011 02010000 005342 c00401 a00161",
        "an AMQP frame, 0000000c 02000000 00531045",
    })
    void whatIsNoInitEndsTheConnection(String name, String frame, BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).sendHex(FramePeer.SASL)) {
            peer.readHeader();
            peer.expect(SaslMechanisms.class);
            peer.sendHex(frame);
            assertEquals(0, peer.readToEnd().length, name);
        }
    }

    /** The rest is on its way already: the outcome must arrive all the same, and the end be no reset. */
    @Clause({"AMQP-5.1-1", "AMQP-5.3.3-3", "AMQP-5.3.3-6"})
    @Test
    void aMechanismThatIsNotSupportedEndsTheConnectionWithAuth(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).login("EXTERNAL", NOTHING)) {
            peer.sendBytes(new byte[50_000]);
            assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
            assertEquals(0, peer.readToEnd().length);
        }
    }

    private static void awaitLine(BrokerUnderTest broker, String... parts) {
        Await.until(
                "a line with " + List.of(parts),
                () -> broker.lastLines().stream()
                        .anyMatch(line -> Arrays.stream(parts).allMatch(line::contains)));
    }

    /** AMQP gives the peer no words for it (§5.3.3.6), so the operator gets them, at most once a minute. */
    @Test
    void theLogSaysWhyALoginWasRefused(@Fresh BrokerUnderTest broker) {
        for (int i = 0; i < 50; i++) {
            try (FramePeer peer = FramePeer.connect(broker).login("EXTERNAL", NOTHING)) {
                assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
            }
        }
        String cause = "cause=\"the mechanism EXTERNAL is not offered here, which has [PLAIN, ANONYMOUS]\"";
        awaitLine(broker, "INFO", "event=amqp_login_refused", cause, "peer=", "not_told_before=0");
        long told = broker.lastLines().stream()
                .filter(line -> line.contains("event=amqp_login_refused"))
                .count();
        assertEquals(1, told);
    }

    @Test
    void whatAPeerCallsItsMechanismDoesNotGetIntoTheLog(@Fresh BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).login("A\nevent=forged", NOTHING)) {
            peer.expect(SaslOutcome.class);
        }
        awaitLine(broker, "event=amqp_login_refused", "the mechanism is not offered here");
        assertTrue(broker.lastLines().stream().noneMatch(line -> line.contains("forged")));
    }

    @Test
    void theLogSaysWhatIsWrongWithAResponse(@Fresh BrokerUnderTest broker) {
        byte[] half = "ann".getBytes(StandardCharsets.US_ASCII);
        try (FramePeer peer = FramePeer.connect(broker).login("PLAIN", half)) {
            assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
        }
        awaitLine(broker, "event=amqp_login_refused", "the response is not one of the mechanism PLAIN");
    }

    @Test
    void theLogSaysThatAnotherAmqpWasSpoken(@Fresh BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).sendHex("414d515000000901")) {
            assertEquals(FramePeer.SASL, peer.readHeader());
        }
        awaitLine(broker, "INFO", "event=amqp_header_refused", "AMQP 0-9-1, of which this listener speaks only 1.0");
    }
}
