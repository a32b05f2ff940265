package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.testkit.Clause;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionTest {

    private ListeningBroker broker;

    private TestPeer connect() throws Exception {
        return connect(AmqpSettings.defaults("broker", "1.2"));
    }

    private TestPeer connect(AmqpSettings settings) throws Exception {
        broker = new ListeningBroker(settings);
        return broker.connect();
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private static void expectClose(TestPeer peer, Symbol condition) throws Exception {
        Close close = peer.expect(Close.class);
        assertNotNull(close.getError(), "closed without an error");
        assertEquals(condition, close.getError().getCondition());
        assertTrue(close.getError().getDescription().length() > 5, "a refusal carries a sentence");
    }

    @Clause("AMQP-5.3.3-1")
    @Test
    void mechanismsAreOfferedStrongestFirst() throws Exception {
        TestPeer peer = connect().sendHex("414d5150 03010000");
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        assertArrayEquals(
                new Symbol[] {Symbol.valueOf("PLAIN"), Symbol.valueOf("ANONYMOUS")},
                peer.expect(SaslMechanisms.class).getSaslServerMechanisms());
    }

    @Clause("AMQP-2.4.2-1")
    @Test
    void everythingUpToOpenMayBePipelined() throws Exception {
        TestPeer peer = connect();
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        all.write(Hex.bytes("414d5150 03010000"));
        all.write(TestPeer.init("PLAIN", "\0ann\0pw"));
        all.write(Hex.bytes("414d5150 00010000"));
        all.write(TestPeer.frame(FrameReader.TYPE_AMQP, 0, TestPeer.openFrame(), new byte[0]));
        all.write(TestPeer.frame(FrameReader.TYPE_AMQP, 0, new Close(), new byte[0]));
        for (byte one : all.toByteArray()) peer.sendBytes(new byte[] {one});
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        peer.expect(SaslMechanisms.class);
        assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        Open open = peer.expect(Open.class);
        assertEquals("broker", open.getContainerId());
        assertEquals("Signalbox", open.getProperties().get(Symbol.valueOf("product")));
        assertEquals("1.2", open.getProperties().get(Symbol.valueOf("version")));
        assertEquals(
                List.of("ANONYMOUS-RELAY", "SHARED-SUBS", "sole-connection-for-container"),
                Stream.of(open.getOfferedCapabilities()).map(Symbol::toString).toList());
        assertNull(peer.expect(Close.class).getError());
        peer.expectEnd();
    }

    @Clause({"AMQP-5.3.3-3", "AMQP-5.3.3-6"})
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PLAIN \0ann\0wrong",
                "PLAIN \0bob\0pw",
                "PLAIN ann",
                "PLAIN x\0ann\0pw",
                "PLAIN",
                "EXTERNAL x",
                "plain \0ann\0pw"
            })
    void whoCannotShowWhoItIsGetsAnOutcomeAndNoMore(String attempt) throws Exception {
        String[] parts = attempt.split(" ", 2);
        TestPeer peer = connect().login(parts[0], parts.length > 1 ? parts[1] : null);
        assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
        peer.expectEnd();
    }

    @Test
    void withoutSaslAPeerIsAnonymous() throws Exception {
        TestPeer peer = connect().sendHex("414d5150 00010000").send(0, TestPeer.openFrame());
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        peer.expect(Open.class);
    }

    @Clause("AMQP-2.2-4")
    @Test
    void whereNobodyIsAnonymousSaslIsAsked() throws Exception {
        AmqpSettings defaults = AmqpSettings.defaults("broker", "1");
        TestPeer peer =
                connect(new AmqpSettings("broker", "1", EnumSet.of(SaslMechanism.PLAIN), defaults.limits(), 0, 10_000));
        peer.sendHex("414d5150 00010000");
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        peer.expectEnd();
    }

    @Clause({"AMQP-2.2-2", "AMQP-2.2-3", "AMQP-2.2-4"})
    @ParameterizedTest
    @ValueSource(strings = {"414d5150 00000901", "414d5150 02010000", "414d5150 00020000", "474554202f204854"})
    void anotherProtocolIsAnsweredWithWhatIsSpoken(String header) throws Exception {
        TestPeer peer = connect().sendHex(header);
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        peer.expectEnd();
    }

    @Test
    void bytesThatAreNoFrameCloseTheConnectionAndNoOther() throws Exception {
        TestPeer peer = connect().open();
        TestPeer other = broker.connect().open();
        peer.sendHex("ffffffff 02000000");
        expectClose(peer, ConnectionError.FRAMING_ERROR);
        other.begin(0);
    }

    @Clause("AMQP-2.3.2-1")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "005310 45",
                "005311 c0 01 00",
                "005399 45",
                "005311 d0 ffffffff 00000000",
                "005311 c0 04 01 d0 ff ff",
                "00 00 00 00",
                "52 01",
                "005312 c003 01 a0ff",
                "005317 c0 02 01 40"
            })
    void bodiesThatAreNoPerformativeCloseTheConnection(String body) throws Exception {
        TestPeer peer = connect().open();
        byte[] bytes = Hex.bytes(body);
        peer.sendHex(String.format("%08x 02000000", bytes.length + 8)).sendBytes(bytes);
        Close close = peer.expect(Close.class);
        assertNotNull(close.getError().getDescription());
    }

    @Clause("AMQP-2.7.1-2")
    @Test
    void aFrameLargerThanAgreedIsRefusedBeforeItIsRead() throws Exception {
        TestPeer peer = connect().open();
        peer.sendHex("00100000 02000000 00");
        expectClose(peer, ConnectionError.FRAMING_ERROR);
    }

    @Clause("AMQP-2.7.1-2")
    @Test
    void beforeOpenOnlySmallFramesAreTaken() throws Exception {
        TestPeer peer = connect().login("ANONYMOUS", null);
        peer.expect(SaslOutcome.class);
        peer.sendHex("414d5150 00010000 00003000 02000000");
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        peer.expect(Open.class);
        expectClose(peer, ConnectionError.FRAMING_ERROR);
    }

    @Clause("AMQP-2.4.1-1")
    @Test
    void theFirstFrameMustBeOpenAndThereIsOnlyOne() throws Exception {
        TestPeer peer = connect().open();
        peer.send(0, TestPeer.openFrame());
        expectClose(peer, AmqpError.ILLEGAL_STATE);

        TestPeer early = broker.connect().login("ANONYMOUS", null);
        early.expect(SaslOutcome.class);
        early.sendHex("414d5150 00010000").send(0, new Close());
        assertEquals(ProtocolHeader.AMQP, early.readHeader());
        early.expect(Open.class);
        expectClose(early, AmqpError.ILLEGAL_STATE);
    }

    @Clause({"AMQP-2.4.3-1", "AMQP-2.8.15-4"})
    @Test
    void aVirtualHostThatIsNotThereIsSaidToBeNotThere() throws Exception {
        Open open = TestPeer.openFrame();
        open.setHostname("vhost:nowhere");
        expectClose(connect().open(open), AmqpError.NOT_FOUND);
        open.setHostname("vhost:default");
        broker.connect().open(open).begin(0);
        open.setHostname("localhost");
        broker.connect().open(open).begin(0);
    }

    @Clause({"AMQP-2.4.5-1", "AMQP-2.4.5-2"})
    @Test
    void aSilentPeerIsClosed() throws Exception {
        AmqpSettings defaults = AmqpSettings.defaults("broker", "1");
        TestPeer peer = connect(new AmqpSettings("broker", "1", defaults.mechanisms(), defaults.limits(), 300, 10_000));
        peer.login("ANONYMOUS", null).expect(SaslOutcome.class);
        peer.sendHex("414d5150 00010000").send(0, TestPeer.openFrame());
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        long start = System.nanoTime();
        assertEquals(150, peer.expect(Open.class).getIdleTimeOut().longValue());
        expectClose(peer, AmqpError.RESOURCE_LIMIT_EXCEEDED);
        long silentMillis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(silentMillis >= 280, "closed after " + silentMillis + " ms");
    }

    @Clause("AMQP-2.4.5-4")
    @Test
    void aPeerThatAsksForItHearsFromUsWhenThereIsNothingToSay() throws Exception {
        Open open = TestPeer.openFrame();
        open.setIdleTimeOut(UnsignedInteger.valueOf(300));
        TestPeer peer = connect().open(open);
        for (int i = 0; i < 3; i++) assertArrayEquals(Hex.bytes("00000008 02000000"), peer.nextRaw());
    }

    @Clause("AMQP-2.4.5-3")
    @Test
    void anIdleTimeOutThatCannotBeKeptIsRefused() throws Exception {
        Open open = TestPeer.openFrame();
        open.setIdleTimeOut(UnsignedInteger.valueOf(1));
        expectClose(connect().open(open), AmqpError.NOT_ALLOWED);
    }

    @Test
    void whoNeverOpensIsLetGo() throws Exception {
        AmqpSettings defaults = AmqpSettings.defaults("broker", "1");
        TestPeer peer = connect(new AmqpSettings("broker", "1", defaults.mechanisms(), defaults.limits(), 0, 200));
        peer.sendHex("414d5150");
        peer.expectEnd();
        TestPeer loggedIn = broker.connect().login("ANONYMOUS", null);
        loggedIn.expect(SaslOutcome.class);
        loggedIn.sendHex("414d5150 00010000");
        assertEquals(ProtocolHeader.AMQP, loggedIn.readHeader());
        loggedIn.expect(Open.class);
        expectClose(loggedIn, AmqpError.RESOURCE_LIMIT_EXCEEDED);
    }

    @Clause({"AMQP-2.5.1-1", "AMQP-2.7.1-4"})
    @Test
    void sessionsBeginOnAnyChannelUpToChannelMax() throws Exception {
        TestPeer peer = connect().open();
        peer.begin(0).begin(255).begin(17);
        peer.send(17, new End());
        peer.expect(End.class);
        assertEquals(17, peer.channel);
        peer.begin(17);
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.ONE);
        begin.setOutgoingWindow(UnsignedInteger.ONE);
        peer.send(256, begin);
        expectClose(peer, ConnectionError.FRAMING_ERROR);
    }

    @Test
    void aSessionThatAnswersNobodyIsRefused() throws Exception {
        TestPeer peer = connect().open();
        Begin begin = new Begin();
        begin.setRemoteChannel(UnsignedShort.valueOf((short) 3));
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.ONE);
        begin.setOutgoingWindow(UnsignedInteger.ONE);
        peer.send(0, begin);
        expectClose(peer, AmqpError.NOT_ALLOWED);
    }

    @Clause({"AMQP-2.4.3-1", "AMQP-2.7.9-1", "AMQP-2.8.16-1"})
    @Test
    void aBrokerThatStopsSaysSo() throws Exception {
        TestPeer peer = connect().open();
        ListeningBroker.await(() -> broker.listener.connectionCount() == 1);
        var closed = broker.listener.close();
        expectClose(peer, ConnectionError.CONNECTION_FORCED);
        peer.send(0, new Close());
        peer.expectEnd();
        closed.toCompletableFuture().join();
    }

    @Test
    void aFailedStoreEndsEveryConnection() throws Exception {
        TestPeer peer = connect().open();
        broker.store.fail("the disk is gone");
        expectClose(peer, AmqpError.INTERNAL_ERROR);
    }
}
