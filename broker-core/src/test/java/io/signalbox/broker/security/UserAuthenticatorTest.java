package io.signalbox.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.TestLoops;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.UserAuthenticator.Anonymous;
import io.signalbox.broker.store.MemoryStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets in, and what it costs. Ann's password is {@code secret}. */
class UserAuthenticatorTest {

    private static final PasswordHash SECRET = PasswordHash.of("secret");
    private static final PasswordHash OTHER = PasswordHash.of("other");
    private static final SocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private final PasswordPool pool = new PasswordPool(1, 4);
    private SocketAddress there;
    private Broker broker;
    private Loop loop;
    private UserAuthenticator authenticator;

    @BeforeEach
    void open() throws Exception {
        there = new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 40_000);
        broker = Broker.open(
                new BrokerSettings(new MemoryStore(), loops.all(), InstantSource.system(), (done, total) -> {}));
        loop = broker.loopOf(tasks);
        authenticator = new UserAuthenticator(broker.users(), Anonymous.WHILE_NO_USERS, pool);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void done(CompletionStage<?> change) {
        loops.runAll();
        change.toCompletableFuture().join();
    }

    private void addAnn() {
        done(broker.users().add(loop, "ann", SECRET));
    }

    private static Credentials.Password shown(SocketAddress remote, String user, String password) {
        return new Credentials.Password(remote, user, password.getBytes(StandardCharsets.UTF_8));
    }

    private Verdict verdict(Credentials credentials) throws Exception {
        return authenticator.authenticate(credentials).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Verdict login(String user, String password) throws Exception {
        return verdict(shown(HERE, user, password));
    }

    @Test
    void withoutUsersThisMachineComesInUnderAnyNameAndNobodyElseDoes() throws Exception {
        assertEquals(new Verdict.Welcome(Identity.ANONYMOUS), verdict(new Credentials.Anonymous(HERE)));
        assertEquals(new Verdict.Welcome(Identity.unproved("x")), login("x", "whatever"));
        assertEquals("", Identity.unproved("x").owner());
        assertTrue(authenticator.offersAnonymous(HERE));

        Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, verdict(new Credentials.Anonymous(there)));
        assertTrue(refused.told().contains("signalbox user add"), refused.told());
        assertInstanceOf(Verdict.Refused.class, verdict(shown(there, "x", "whatever")));
        assertFalse(authenticator.offersAnonymous(there));
    }

    @Test
    void withAUserEverybodyLogsInAlsoOnThisMachine() throws Exception {
        addAnn();

        assertInstanceOf(Verdict.Refused.class, verdict(new Credentials.Anonymous(HERE)));
        assertFalse(authenticator.offersAnonymous(HERE));
        Verdict.Welcome welcome = assertInstanceOf(Verdict.Welcome.class, login("ann", "secret"));
        assertEquals("ann", welcome.identity().owner());
        assertInstanceOf(Verdict.Welcome.class, verdict(shown(there, "ann", "secret")));
        assertInstanceOf(Verdict.Refused.class, login("ann", "Secret"));
        assertInstanceOf(Verdict.Refused.class, login("ann", ""));
        assertInstanceOf(Verdict.Refused.class, login("", "secret"));
        assertInstanceOf(Verdict.Refused.class, login("ben", "secret"));
    }

    @Test
    void aPeerCannotTellAWrongPasswordFromAUserThatDoesNotExist() throws Exception {
        addAnn();

        Verdict.Refused wrong = assertInstanceOf(Verdict.Refused.class, login("ann", "guess"));
        long checked = authenticator.counters().passwordsChecked.sum();
        Verdict.Refused unknown = assertInstanceOf(Verdict.Refused.class, login("ben", "guess"));

        assertEquals(wrong.told(), unknown.told());
        assertEquals(checked + 1, authenticator.counters().passwordsChecked.sum(), "it must take as long");
    }

    @Test
    void twoHundredLoginsOfOneUserCostOneCheck() throws Exception {
        addAnn();
        List<CompletionStage<Verdict>> logins = new ArrayList<>();
        for (int i = 0; i < 100; i++) logins.add(authenticator.authenticate(shown(HERE, "ann", "secret")));
        for (CompletionStage<Verdict> login : logins) {
            assertInstanceOf(Verdict.Welcome.class, login.toCompletableFuture().get(20, TimeUnit.SECONDS));
        }
        for (int i = 0; i < 100; i++) assertInstanceOf(Verdict.Welcome.class, login("ann", "secret"));

        assertEquals(1, authenticator.counters().passwordsChecked.sum());
        assertEquals(200, authenticator.counters().welcomed.sum());
    }

    @Test
    void anOldPasswordIsWorthNothingOnceItHasChanged() throws Exception {
        addAnn();
        Verdict.Welcome before = assertInstanceOf(Verdict.Welcome.class, login("ann", "secret"));
        done(broker.users().changePassword(loop, "ann", OTHER));

        assertFalse(authenticator.isCurrent(before.identity()));
        assertInstanceOf(Verdict.Refused.class, login("ann", "secret"));
        Verdict.Welcome after = assertInstanceOf(Verdict.Welcome.class, login("ann", "other"));
        assertTrue(authenticator.isCurrent(after.identity()));
    }

    @Test
    void aUserThatWasRemovedAndAddedAgainIsAnother() throws Exception {
        addAnn();
        done(broker.users().add(loop, "ben", OTHER));
        Verdict.Welcome before = assertInstanceOf(Verdict.Welcome.class, login("ann", "secret"));
        done(broker.users().remove(loop, "ann"));
        assertInstanceOf(Verdict.Refused.class, login("ann", "secret"));
        addAnn();

        assertFalse(authenticator.isCurrent(before.identity()));
    }

    @Test
    void theFirstUserEndsWhatWasLetInWithoutOne() {
        assertTrue(authenticator.isCurrent(Identity.ANONYMOUS));
        addAnn();

        assertFalse(authenticator.isCurrent(Identity.ANONYMOUS));
        assertFalse(authenticator.isCurrent(Identity.unproved("ann")));
    }

    @Test
    void whereAnonymousIsAlwaysAllowedAWrongPasswordIsStillWrong() throws Exception {
        authenticator = new UserAuthenticator(broker.users(), Anonymous.ALWAYS, pool);
        addAnn();

        assertInstanceOf(Verdict.Welcome.class, verdict(new Credentials.Anonymous(there)));
        assertTrue(authenticator.isCurrent(Identity.ANONYMOUS));
        assertFalse(authenticator.isCurrent(Identity.unproved("ann")));
        assertInstanceOf(Verdict.Refused.class, verdict(shown(there, "ann", "guess")));
        assertInstanceOf(Verdict.Welcome.class, verdict(shown(there, "ann", "secret")));
    }

    @Test
    void aFullPoolAnswersBusy() throws Exception {
        addAnn();
        CountDownLatch gate = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) assertTrue(pool.offer(() -> await(gate)));

        assertInstanceOf(Verdict.Busy.class, login("ann", "secret"));
        gate.countDown();
        Verdict verdict = login("ann", "secret");
        for (int i = 0; i < 1000 && verdict instanceof Verdict.Busy; i++) verdict = login("ann", "secret");
        assertInstanceOf(Verdict.Welcome.class, verdict);
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void guessingIsHeldBackAlsoForTheRightGuess() throws Exception {
        addAnn();
        assertInstanceOf(Verdict.Welcome.class, verdict(shown(HERE, "ann", "secret")));
        for (int i = 0; i < FailedLogins.MOST_PER_USER; i++) {
            assertInstanceOf(Verdict.Refused.class, verdict(shown(there, "ann", "guess")));
        }

        assertInstanceOf(Verdict.Busy.class, verdict(shown(there, "ann", "secret")));
        assertInstanceOf(Verdict.Welcome.class, verdict(shown(HERE, "ann", "secret")));
    }
}
