package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What becomes of a connection and its session when it matters who the client is. */
class LoginTest {

    /** Knows whom the test says it knows; the password is not looked at. */
    private static final class Guard implements Authenticator {
        final Set<String> users = ConcurrentHashMap.newKeySet();
        volatile boolean withoutUsers;

        Guard(String... users) {
            this.users.addAll(Set.of(users));
        }

        @Override
        public CompletionStage<Verdict> authenticate(Credentials credentials) {
            return CompletableFuture.completedFuture(verdict(credentials));
        }

        private Verdict verdict(Credentials credentials) {
            if (!(credentials instanceof Credentials.Password shown)) return new Verdict.Welcome(Identity.ANONYMOUS);
            if (shown.user().equals("crowd")) return new Verdict.Busy("too many at once");
            return new Verdict.Welcome(new Identity(shown.user(), 1));
        }

        @Override
        public boolean isCurrent(Identity identity) {
            return identity.owner().isEmpty() ? !withoutUsers : users.contains(identity.name());
        }

        @Override
        public boolean knows(String user) {
            return users.contains(user);
        }
    }

    private final MemoryStore store = new MemoryStore();

    private TestServer serverWith(Authenticator guard) throws Exception {
        return new TestServer(store, guard, MqttSettings.defaults());
    }

    /** A CONNECT of 5.0 to a session that stays for an hour, by a user with a name of three letters. */
    private static String connect(String clientId, String user) {
        return "10 1b 00 04 'MQTT' 05 c0 00 00 05 11 00000e10 00 01 '" + clientId + "' 00 03 '" + user + "' 00 01 'p'";
    }

    @Test
    void aServerThatIsBusyWithLoginsSaysSo() throws Exception {
        try (TestServer server = serverWith(new Guard())) {
            server.client()
                    .send("10 18 00 04 'MQTT' 05 c2 00 00 00 00 01 'a' 00 05 'crowd' 00 01 'p'")
                    .expect("20 2f 00 89 2c 1f 00 29 'the server is busy with logins; try again'")
                    .expectClosed();
            server.client()
                    .send("10 17 00 04 'MQTT' 04 c2 00 00 00 01 'a' 00 05 'crowd' 00 01 'p'")
                    .expect("20 02 00 03")
                    .expectClosed();
        }
    }

    @Test
    void aConnectionThatHasGoneBeforeItsVerdictLeavesNothing() throws Exception {
        CompletableFuture<Authenticator.Verdict> verdict = new CompletableFuture<>();
        try (TestServer server = serverWith(credentials -> verdict)) {
            TestClient client = server.client().send("10 0d 00 04 'MQTT' 04 02 00 00 00 01 'a'");
            client.expectSilence(50);
            client.close();
            verdict.complete(new Authenticator.Verdict.Welcome(Identity.ANONYMOUS));

            server.waitUntilDisconnected(1);
            server.waitUntil(() -> server.listener.sessions() == 0);
            assertEquals(0, server.listener.connections());
        }
    }

    @Test
    void aVerdictThatIsOldWhenItArrivesLetsNobodyIn() throws Exception {
        try (TestServer server = serverWith(new Guard("ben"))) {
            server.client().send(connect("a", "ann")).expectPacket("20").expectClosed();

            assertEquals(0, server.listener.counters().connectsAccepted.sum());
        }
    }

    @Test
    void aSessionIsNotForAnotherUserAndItsConnectionDoesNotEvenNotice() throws Exception {
        try (TestServer server = serverWith(new Guard("ann", "ben"))) {
            TestClient ann = server.client().send(connect("a", "ann")).expectPacket("20");
            server.client()
                    .send(connect("a", "ben"))
                    .expect("20 35 00 87 32 1f 00 2f 'the client identifier is in use by another user'")
                    .expectClosed();
            server.client()
                    .send("10 0d 00 04 'MQTT' 04 00 00 00 00 01 'a'")
                    .expect("20 02 00 05")
                    .expectClosed();

            ann.expectNothingElse();
            assertEquals(0, server.listener.counters().takeovers.sum());
        }
    }

    @Test
    void aSessionStaysItsUsersAcrossARestart() throws Exception {
        Guard guard = new Guard("ann", "ben");
        try (TestServer server = serverWith(guard)) {
            server.client()
                    .send(connect("a", "ann"))
                    .expectPacket("20")
                    .send("82 07 00 01 00 00 01 't' 01")
                    .expect("90 04 00 01 00 01");
        }
        try (TestServer server = serverWith(guard)) {
            server.client().send(connect("a", "ben")).expectPacket("20").expectClosed();
            server.client().send(connect("a", "ann")).expect("20 12 01 00");
        }
    }

    @Test
    void whatNobodyInParticularLeftIsWhoeverComesNext() throws Exception {
        try (TestServer server = serverWith(new Guard("ann"))) {
            server.client().connectV5Persistent("a", 0);
            server.client().send(connect("a", "ann")).expect("20 12 01 00");
            server.client()
                    .send("10 0d 00 04 'MQTT' 04 00 00 00 00 01 'a'")
                    .expect("20 02 00 05")
                    .expectClosed();
        }
    }

    @Test
    void whatARemovedUserLeftIsForNobodyAndBlocksNobody() throws Exception {
        Guard guard = new Guard("ann", "ben");
        try (TestServer server = serverWith(guard)) {
            server.client().send(connect("a", "ann")).expectPacket("20");
            guard.users.remove("ann");
            server.client().send(connect("a", "ben")).expect("20 12 00 00");
        }
    }

    @Test
    void aUserThatIsRemovedIsDisconnectedAndOthersAreNot() throws Exception {
        Guard guard = new Guard("ann", "ben");
        try (TestServer server = serverWith(guard)) {
            TestClient ann = server.client().send(connect("a", "ann")).expectPacket("20");
            TestClient ben = server.client().send(connect("b", "ben")).expectPacket("20");
            TestClient more = server.client().send(connect("c", "ann")).expectPacket("20");
            assertEquals(2, server.listener.connectionsOf("ann"));
            more.close();
            server.waitUntil(() -> server.listener.connectionsOf("ann") == 1);
            guard.users.remove("ann");
            server.listener.recheckIdentities().toCompletableFuture().join();

            ann.expectPacket("e0").expectClosed();
            ben.expectNothingElse();
            server.waitUntil(() -> server.listener.connectionsOf("ann") == 0);
            assertTrue(server.listener.counters().refusals().containsKey(ReasonCode.ADMINISTRATIVE_ACTION));
        }
    }

    @Test
    void whoCameWithoutANameIsDisconnectedWhenThereAreUsers() throws Exception {
        Guard guard = new Guard();
        try (TestServer server = serverWith(guard)) {
            TestClient client = server.client().connectV3("a");
            guard.withoutUsers = true;
            assertFalse(guard.isCurrent(Identity.ANONYMOUS));
            server.listener.recheckIdentities().toCompletableFuture().join();

            client.expectClosed();
        }
    }
}
