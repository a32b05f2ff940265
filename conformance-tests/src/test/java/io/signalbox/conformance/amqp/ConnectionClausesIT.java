package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Begin;
import org.apache.qpid.protonj2.types.transport.Close;
import org.apache.qpid.protonj2.types.transport.ConnectionError;
import org.apache.qpid.protonj2.types.transport.End;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.apache.qpid.protonj2.types.transport.Open;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP 1.0 §2.2 to §2.4 and §2.7.1: headers, frames, open, close, silence. */
@ExtendWith(SharedBroker.class)
final class ConnectionClausesIT {

    private static final List<Path> SOCKETS = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    @Clause({"AMQP-2.2-1", "AMQP-2.4.1-1"})
    @Test
    void theHeaderIsAnsweredWithTheSameAndOpenComesFirst(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            peer.sendHex(FramePeer.AMQP).send(0, peer.openFrame());
            assertEquals(FramePeer.AMQP, peer.readHeader());
            peer.expect(Open.class);
            peer.begin(0);
        }
        try (FramePeer early = FramePeer.connect(broker).loggedIn()) {
            early.send(0, Frames.begin()).expect(Open.class); // ours, since a close must follow an open
            assertEquals(AmqpError.ILLEGAL_STATE, early.expectClose().getCondition());
        }
    }

    /** The rest is sent with the header, and a socket that closed on unread input would be reset. */
    @Clause({"AMQP-2.2-2", "AMQP-2.2-3", "AMQP-2.2-4", "AMQP-2.2-5"})
    @ParameterizedTest
    @CsvSource({
        "another version, 414d515000020000",
        "a lower version, 414d515000000800",
        "AMQP 0-9-1, 414d515000000901",
        "not a header, 474554202f204854",
        "the TLS layer, 414d515002010000",
        "an id nobody knows, 414d515009010000",
    })
    void whatIsNotSpokenIsAnsweredWithWhatIsThenTheSocketCloses(String name, String header, BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            peer.sendHex(header + "00".repeat(50_000));
            assertEquals(FramePeer.SASL, peer.readHeader(), name);
            assertEquals(0, peer.readToEnd().length);
        }
    }

    @Clause({"AMQP-2.3.1-3", "AMQP-2.3.2-2"})
    @Test
    void anExtendedHeaderAndAnEmptyFrameAreNoMatter(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).open()) {
            byte[] begin = peer.frame(3, Frames.begin(), new byte[0]);
            ByteArrayOutputStream longer = new ByteArrayOutputStream();
            longer.writeBytes(new byte[] {0, 0, 0, (byte) (begin.length + 8), 4, 0, 0, 3});
            longer.writeBytes(FramePeer.hex("ffffffffffffffff"));
            longer.write(begin, 8, begin.length - 8);
            peer.sendHex("00000008 02000000 00000008 02000007").sendBytes(longer.toByteArray());
            assertEquals(3, peer.expect(Begin.class).getRemoteChannel());
        }
    }

    @Clause({"AMQP-2.4.3-1", "AMQP-2.4.3-2", "AMQP-2.4.3-4", "AMQP-2.7.9-2", "AMQP-2.8.14-1"})
    @Test
    void closeSaysTheReasonOnChannelZeroAndIsTheLast(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).open().begin(5).begin(6)) {
            peer.send(5, peer.openFrame()); // a second open
            ErrorCondition error = peer.expectClose();
            assertEquals(AmqpError.ILLEGAL_STATE, error.getCondition());
            assertTrue(error.getDescription().contains("open"), error.getDescription());
            assertEquals(0, peer.lastChannel());
            peer.send(0, new Close());
            assertEquals(0, peer.readToEnd().length);
        }
    }

    @Clause({"AMQP-2.4.6-1", "AMQP-2.4.3-3", "AMQP-2.4.4-1"})
    @Test
    void afterItsCloseTheBrokerHearsNothingButOurs(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.begun(broker)) {
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            burst.writeBytes(peer.frame(0, peer.openFrame(), new byte[0]));
            burst.writeBytes(peer.frame(0, Frames.sender(0, "clauses.afterClose"), new byte[0]));
            burst.writeBytes(peer.frame(9, Frames.begin(), new byte[0]));
            peer.sendBytes(burst.toByteArray()).expectClose();
            // it reads on: the socket is there until our close, which it has no answer to
            peer.send(7, Frames.begin()).send(0, Frames.sessionFlow().setEcho(true));
            long start = System.nanoTime();
            peer.send(0, new Close());
            assertEquals(0, peer.readToEnd().length);
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis < 2_000, "our close was not heard for " + millis + " ms");
            assertTrue(broker.control().queueDepths().isEmpty());
        }
    }

    @Clause({"AMQP-2.4.5-4", "AMQP-2.4.5-5", "AMQP-2.4.3-3"})
    @Test
    void emptyFramesComeOnChannelZeroAndNoneAfterClose(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            peer.open(peer.openFrame().setIdleTimeout(150)).begin(4);
            for (int i = 0; i < 3; i++) assertArrayEquals(FramePeer.hex("0000000802000000"), peer.nextRaw());
            peer.send(4, peer.openFrame()).expectClose();
            assertEquals(0, peer.readToEnd().length, "bytes after close"); // it does not wait for ours for ever
        }
    }

    @Clause("AMQP-2.4.5-6")
    @Test
    void theSocketIsKeptAliveByTcp(BrokerUnderTest broker) {
        Assumptions.assumeTrue(Files.isReadable(SOCKETS.get(0)), "only Linux shows the timers of a socket");
        try (FramePeer peer = FramePeer.connect(broker).open()) {
            String ports = String.format(":%04X", broker.amqp().getPort());
            String remote = String.format(":%04X ", peer.localPort());
            Await.until(
                    "the keep-alive timer runs",
                    () -> SOCKETS.stream()
                            .flatMap(ConnectionClausesIT::lines)
                            .anyMatch(line ->
                                    line.matches("\\s*\\d+: \\w+" + ports + " \\w+" + remote + "01 \\w+:\\w+ 02:.*")));
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Clause({"AMQP-2.7.1-1", "AMQP-2.8.15-2", "AMQP-2.4.1-2"})
    @Test
    void whatDoesNotFitInThePeersFramesIsNotSent(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            peer.open(peer.openFrame().setMaxFrameSize(512)).begin(0);
            peer.send(0, Frames.receiver(0, "topic://clauses/" + "n".repeat(600))); // the answer repeats the address
            assertEquals(AmqpError.FRAME_SIZE_TOO_SMALL, peer.expectClose().getCondition());
        }
    }

    @Clause("AMQP-2.7.1-2")
    @Test
    void aFrameLargerThanTheBrokerTakesIsAFramingError(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).loggedIn()) {
            long most = peer.send(0, peer.openFrame()).expect(Open.class).getMaxFrameSize();
            peer.sendHex(HexFormat.of().toHexDigits((int) most + 1) + "02000000");
            assertEquals(ConnectionError.FRAMING_ERROR, peer.expectClose().getCondition());
        }
    }

    @Clause("AMQP-2.7.1-3")
    @Test
    void framesOf512BytesAreTakenFromTheFirstOn(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker).loggedIn()) {
            int empty = peer.frame(0, new Open().setContainerId("c".repeat(300)), new byte[0]).length;
            Open open = new Open().setContainerId("c".repeat(300 + 512 - empty));
            byte[] frame = peer.frame(0, open, new byte[0]);
            assertEquals(512, frame.length);
            peer.sendBytes(frame).expect(Open.class);
            peer.begin(0);
        }
    }

    @Clause("AMQP-2.7.1-4")
    @Test
    void aChannelBeyondChannelMaxIsAFramingErrorInEveryFrame(BrokerUnderTest broker) {
        for (Object performative : new Object[] {Frames.begin(), new End(), Frames.sender(0, "clauses.q")}) {
            try (FramePeer peer = FramePeer.connect(broker).loggedIn()) {
                int most = peer.send(0, peer.openFrame()).expect(Open.class).getChannelMax();
                peer.begin(most).send(most + 1, performative);
                assertEquals(ConnectionError.FRAMING_ERROR, peer.expectClose().getCondition());
            }
        }
    }

    @Clause("AMQP-2.7.1-5")
    @Test
    void noSessionIsAnsweredBeyondThePeersChannelMax(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            peer.open(peer.openFrame().setChannelMax(2)).begin(2).send(3, Frames.begin());
            assertEquals(AmqpError.NOT_ALLOWED, peer.expectClose().getCondition());
        }
    }

    @Clause({"AMQP-2.7.1-6", "AMQP-2.7.1-7"})
    @Test
    void withoutHostAndInAnyLocaleOneIsServed(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.connect(broker)) {
            Open open = peer.openFrame().setIncomingLocales(Symbol.valueOf("tlh"), Symbol.valueOf("en-US"));
            open.setOutgoingLocales(Symbol.valueOf("en-US"));
            peer.open(open).begin(0).sender(0, "clauses.locale");
            Attach refused = Frames.sender(1, "topic://a/#");
            assertNull(peer.send(0, refused).expect(Attach.class).<Target>getTarget());
            String words = peer.expectDetach().getDescription();
            assertTrue(words.startsWith("messages cannot be published to a wildcard"), words);
        }
    }

    /** A composite of no fields, where one is mandatory. */
    @Clause({"AMQP-2.7.1-9", "AMQP-2.8.15-1"})
    @ParameterizedTest
    @CsvSource({"attach, 12", "flow, 13", "transfer, 14", "disposition, 15", "detach, 16"})
    void aMandatoryFieldThatIsNotThereIsADecodeError(String name, String code, BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.begun(broker)) {
            peer.sendHex("0000000c 02000000 0053" + code + "45");
            assertEquals(AmqpError.DECODE_ERROR, peer.expectClose().getCondition(), name);
        }
    }

    @Clause("AMQP-2.7.9-1")
    @Test
    void closeIsAnsweredWithCloseAndTheSocketEnds(BrokerUnderTest broker) {
        try (FramePeer peer = FramePeer.begun(broker)) {
            assertNull(peer.send(0, new Close()).expect(Close.class).getError());
            assertEquals(0, peer.readToEnd().length);
        }
    }
}
