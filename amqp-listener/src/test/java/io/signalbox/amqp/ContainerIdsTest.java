package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of one container (Enforcing Connection Uniqueness 1.0). */
class ContainerIdsTest {

    private static final Symbol SOLE = Symbol.valueOf("sole-connection-for-container");
    private static final Symbol ESTABLISHMENT_FAILED = Symbol.valueOf("amqp:connection-establishment-failed");

    private ListeningBroker broker;

    @BeforeEach
    void open() throws Exception {
        broker = new ListeningBroker();
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private static Open sole(String container) {
        Open open = new Open();
        open.setContainerId(container);
        open.setDesiredCapabilities(SOLE);
        return open;
    }

    private static Open any(String container) {
        Open open = new Open();
        open.setContainerId(container);
        return open;
    }

    /** The open of a peer that is not let in; its close follows. */
    private Close refused(Open open) throws Exception {
        TestPeer peer = broker.connect().login("ANONYMOUS", null);
        peer.expect(SaslOutcome.class);
        peer.sendHex("414d5150 00010000");
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        peer.send(0, open);
        assertEquals(true, peer.expect(Open.class).getProperties().get(ESTABLISHMENT_FAILED));
        return peer.expect(Close.class);
    }

    private static void assertTaken(Close close) {
        assertEquals(AmqpError.INVALID_FIELD, close.getError().getCondition());
        assertEquals(Symbol.valueOf("container-id"), close.getError().getInfo().get(Symbol.valueOf("invalid-field")));
    }

    @Test
    void aContainerMayHaveManyConnections() throws Exception {
        broker.connect().open(any("box")).begin(0);
        broker.connect().open(any("box")).begin(0);
    }

    @Test
    void whoWantsToBeTheOnlyOneIsRefusedBesideAnother() throws Exception {
        TestPeer first = broker.connect().open(any("box"));
        assertTaken(refused(sole("box")));
        first.begin(0);
    }

    @Test
    void whoIsTheOnlyOneStaysIt() throws Exception {
        TestPeer first = broker.connect().open(sole("box"));
        assertTaken(refused(any("box")));
        assertTaken(refused(sole("box")));
        broker.connect().open(sole("other")).begin(0);
        first.begin(0);
    }

    @Test
    void anIdIsFreeWhenItsConnectionHasClosedOrDied() throws Exception {
        TestPeer orderly = broker.connect().open(sole("box"));
        orderly.send(0, new Close());
        assertNull(orderly.expect(Close.class).getError());
        TestPeer dying = broker.connect().open(sole("box"));
        dying.begin(0);
        dying.close();
        ListeningBroker.await(() -> broker.listener.connectionCount() == 0);
        broker.connect().open(sole("box")).begin(0);
    }

    @Test
    void aRefusedConnectionHoldsNothing() throws Exception {
        TestPeer first = broker.connect().open(any("box"));
        refused(sole("box"));
        broker.connect().open(any("box")).begin(0);
        first.begin(0);
    }

    @Test
    void aConnectionMayTakeAnothersPlace() throws Exception {
        TestPeer first = broker.connect().open(sole("box"));
        Open replacing = sole("box");
        replacing.setProperties(
                Map.of(Symbol.valueOf("sole-connection-enforcement-policy"), UnsignedInteger.valueOf(1)));
        TestPeer second = broker.connect().open(replacing);
        Close close = first.expect(Close.class);
        assertEquals(AmqpError.RESOURCE_LOCKED, close.getError().getCondition());
        assertEquals(true, close.getError().getInfo().get(Symbol.valueOf("sole-connection-enforcement")));
        first.send(0, new Close());
        first.expectEnd();
        second.begin(0);
        assertTaken(refused(sole("box")));
    }

    @Test
    void onlyWhoIsLetInIsSpokenToAsSuch() throws Exception {
        TestPeer peer = broker.connect().login("ANONYMOUS", null);
        peer.expect(SaslOutcome.class);
        peer.sendHex("414d5150 00010000");
        peer.readHeader();
        peer.send(0, any("box"));
        Open open = peer.expect(Open.class);
        assertFalse(open.getProperties().containsKey(ESTABLISHMENT_FAILED));
        assertTrue(java.util.List.of(open.getOfferedCapabilities()).contains(SOLE));
    }
}
