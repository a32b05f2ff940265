package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import io.signalbox.broker.store.MemoryStore;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a change of the users may be told, and what it leaves. */
class UsersTest {

    private static final PasswordHash SECRET = PasswordHash.of("secret");
    private static final PasswordHash OTHER = PasswordHash.of("other");

    private final MemoryStore store = new MemoryStore();
    private final TestLoops loops = new TestLoops();
    private final TestLoops.Queue tasks = loops.add();
    private final AtomicLong clock = new AtomicLong(1000);
    private Users users;
    private Loop loop;

    @BeforeEach
    void open() throws Exception {
        Broker broker = Broker.open(
                new BrokerSettings(store, loops.all(), () -> Instant.ofEpochMilli(clock.get()), (done, total) -> {}));
        users = broker.users();
        loop = broker.loopOf(tasks);
    }

    private <T> T now(CompletionStage<T> stage) {
        loops.runAll();
        return stage.toCompletableFuture().getNow(null);
    }

    private CatalogueException.Reason refusal(CompletionStage<?> stage) {
        loops.runAll();
        Throwable failure =
                stage.handle((done, why) -> why).toCompletableFuture().join();
        return assertInstanceOf(CatalogueException.class, failure).reason();
    }

    @Test
    void aUserIsToldOfAfterTheForceAndKnownBefore() {
        store.hold();
        CompletionStage<User> added = users.add(loop, "ann", SECRET);
        loops.runAll();

        assertFalse(added.toCompletableFuture().isDone());
        assertTrue(users.find("ann").isPresent());
        store.release();
        loops.runAll();
        assertEquals("ann", added.toCompletableFuture().join().name());
    }

    @Test
    void aChangeIsToldOfAfterThoseConcernedHaveActed() {
        CompletableFuture<Void> acted = new CompletableFuture<>();
        users.onChange(() -> acted);
        CompletionStage<User> added = users.add(loop, "ann", SECRET);
        loops.runAll();

        assertFalse(added.toCompletableFuture().isDone());
        acted.complete(null);
        loops.runAll();
        assertTrue(added.toCompletableFuture().isDone());
    }

    @Test
    void usersOutliveTheBroker() throws Exception {
        now(users.add(loop, "ann", SECRET));
        now(users.add(loop, "ben", SECRET));
        clock.set(2000);
        now(users.changePassword(loop, "ann", OTHER));
        now(users.remove(loop, "ben"));
        open();

        assertEquals(1, users.all().size());
        User ann = users.find("ann").orElseThrow();
        assertEquals(OTHER, ann.hash());
        assertEquals(1000, ann.createdMillis());
        assertEquals(2000, ann.passwordMillis());
    }

    @Test
    void whatCannotBeDoneIsRefusedAndTellsNobody() {
        now(users.add(loop, "ann", SECRET));
        users.onChange(() -> {
            throw new AssertionError("nothing has changed");
        });

        assertEquals(CatalogueException.Reason.EXISTS_DIFFERENT, refusal(users.add(loop, "ann", OTHER)));
        assertEquals(CatalogueException.Reason.INVALID, refusal(users.add(loop, "a\nb", OTHER)));
        assertEquals(CatalogueException.Reason.INVALID, refusal(users.add(loop, "anonymous", OTHER)));
        assertEquals(CatalogueException.Reason.NOT_FOUND, refusal(users.remove(loop, "ben")));
        assertEquals(CatalogueException.Reason.NOT_FOUND, refusal(users.changePassword(loop, "ben", OTHER)));
        assertEquals(SECRET, users.find("ann").orElseThrow().hash());
    }
}
