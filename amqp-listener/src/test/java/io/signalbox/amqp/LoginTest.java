package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import io.signalbox.testkit.Clause;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a connection when it matters who the peer is. */
class LoginTest {

    /** Knows whom the test says it knows; the password is not looked at. */
    private static final class Guard implements Authenticator {
        final Set<String> users = ConcurrentHashMap.newKeySet();
        final CompletableFuture<Verdict> later = new CompletableFuture<>();
        volatile boolean anonymousAllowed = true;

        @Override
        public CompletionStage<Verdict> authenticate(Credentials credentials) {
            if (!(credentials instanceof Credentials.Password shown)) {
                return CompletableFuture.completedFuture(new Verdict.Welcome(Identity.ANONYMOUS));
            }
            if (shown.user().equals("late")) return later;
            return CompletableFuture.completedFuture(
                    shown.user().equals("crowd")
                            ? new Verdict.Busy("too many at once")
                            : new Verdict.Welcome(new Identity(shown.user(), 1)));
        }

        @Override
        public boolean offersAnonymous(SocketAddress remoteAddress) {
            return anonymousAllowed;
        }

        @Override
        public boolean isCurrent(Identity identity) {
            return identity.owner().isEmpty() ? anonymousAllowed : users.contains(identity.name());
        }
    }

    private final Guard guard = new Guard();
    private ListeningBroker broker;

    @BeforeEach
    void start() throws Exception {
        guard.users.add("ann");
        guard.users.add("ben");
        broker = new ListeningBroker(AmqpSettings.defaults("broker", "0.0"), 0, guard);
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
    }

    private TestPeer opened(String mechanism, String response) throws Exception {
        TestPeer peer = broker.connect().login(mechanism, response);
        assertEquals(SaslCode.OK, peer.expect(SaslOutcome.class).getCode());
        peer.sendHex("414d5150 00010000").send(0, TestPeer.openFrame());
        assertEquals(ProtocolHeader.AMQP, peer.readHeader());
        peer.expect(Open.class);
        return peer;
    }

    @Test
    void whereEverybodyMustLogInAnonymousIsNotOffered() throws Exception {
        guard.anonymousAllowed = false;
        TestPeer peer = broker.connect().sendHex("414d5150 03010000");
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        assertArrayEquals(
                new Symbol[] {Symbol.valueOf("PLAIN")},
                peer.expect(SaslMechanisms.class).getSaslServerMechanisms());

        TestPeer insisting = broker.connect().login("ANONYMOUS", null);
        assertEquals(SaslCode.AUTH, insisting.expect(SaslOutcome.class).getCode());
        insisting.expectEnd();
    }

    /** AMQP 1.0 §2.2: the answer is the header of what is wanted. */
    @Clause("AMQP-2.2-4")
    @Test
    void whereEverybodyMustLogInAPeerWithoutSaslIsShownTheSaslHeader() throws Exception {
        guard.anonymousAllowed = false;
        TestPeer peer = broker.connect().sendHex("414d5150 00010000");
        assertEquals(ProtocolHeader.SASL, peer.readHeader());
        peer.expectEnd();
    }

    /** AMQP 1.0 §5.3.3.6: sys-temp says that another try may do. */
    @Test
    void aBrokerThatIsBusyWithLoginsSaysSo() throws Exception {
        TestPeer peer = broker.connect().login("PLAIN", "\0crowd\0pw");
        assertEquals(SaslCode.SYS_TEMP, peer.expect(SaslOutcome.class).getCode());
        peer.expectEnd();
    }

    @Test
    void aVerdictThatIsOldWhenItArrivesLetsNobodyIn() throws Exception {
        TestPeer peer = broker.connect().login("PLAIN", "\0eve\0pw");
        assertEquals(SaslCode.AUTH, peer.expect(SaslOutcome.class).getCode());
        peer.expectEnd();
    }

    @Test
    void aConnectionThatHasGoneBeforeItsVerdictLeavesNothing() throws Exception {
        TestPeer peer = broker.connect().login("PLAIN", "\0late\0pw");
        peer.expectSilence(50);
        peer.close();
        guard.later.complete(new Authenticator.Verdict.Welcome(new Identity("ann", 1)));

        ListeningBroker.await(() -> broker.listener.connectionCount() == 0);
    }

    @Test
    void aUserThatIsRemovedIsDisconnectedAndOthersAreNot() throws Exception {
        TestPeer ann = opened("PLAIN", "\0ann\0pw");
        TestPeer ben = opened("PLAIN", "\0ben\0pw");
        assertEquals(1, broker.listener.connectionsOf("ann"));
        guard.users.remove("ann");
        broker.listener.recheckIdentities().toCompletableFuture().join();

        assertEquals(
                AmqpError.UNAUTHORIZED_ACCESS,
                ann.expect(Close.class).getError().getCondition());
        ben.send(0, new Close());
        assertEquals(null, ben.expect(Close.class).getError());
    }

    @Test
    void whoCameWithoutANameIsDisconnectedWhenThereAreUsers() throws Exception {
        TestPeer peer = opened("ANONYMOUS", null);
        guard.anonymousAllowed = false;
        broker.listener.recheckIdentities().toCompletableFuture().join();

        assertEquals(
                AmqpError.UNAUTHORIZED_ACCESS,
                peer.expect(Close.class).getError().getCondition());
    }
}
