package io.signalbox.broker;

import io.signalbox.broker.CatalogueException.Reason;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in. Thread-safe: a look-up takes no lock, and changes of one user exclude each other by its name. What takes a
 * {@link Loop} is called on that loop and answered there: after the force, and after whoever is connected with what is worth
 * nothing any more has been sent away.
 */
public final class Users {

    private final Broker broker;
    private final StateTable table;
    private final ConcurrentHashMap<String, User> users = new ConcurrentHashMap<>();
    private final AtomicLong revisions = new AtomicLong();
    private final List<Supplier<CompletionStage<?>>> watchers = new CopyOnWriteArrayList<>();

    /** What becomes of a user. */
    private interface Change {
        /** @throws CatalogueException if it cannot be made of what is there */
        Optional<User> of(@Nullable User present);
    }

    Users(Broker broker, StateTable table) {
        this.broker = broker;
        this.table = table;
    }

    /** Brings back what an earlier life left, before anyone is let in. */
    void restore() {
        table.forEach((key, value) -> {
            User user = CatalogueCodec.user(value, revisions.incrementAndGet());
            users.put(user.name(), user);
        });
    }

    public boolean isEmpty() {
        return users.isEmpty();
    }

    public Optional<User> find(String name) {
        return Optional.ofNullable(users.get(name));
    }

    /** All of them, by name. */
    public List<User> all() {
        return users.values().stream().sorted(Comparator.comparing(User::name)).toList();
    }

    /** Calls {@code watcher} after each change, on the thread that made it; its stage completes when it has acted on it. */
    public void onChange(Supplier<CompletionStage<?>> watcher) {
        watchers.add(watcher);
    }

    /** Adds a user. */
    public CompletionStage<User> add(Loop loop, String name, PasswordHash hash) {
        return change(loop, name, present -> {
            if (present != null) {
                throw new CatalogueException(
                        Reason.EXISTS_DIFFERENT,
                        "There is a user " + name + " already; change the password with: signalbox user passwd "
                                + name);
            }
            User.problemOf(name).ifPresent(problem -> {
                throw new CatalogueException(Reason.INVALID, problem);
            });
            long now = broker.clock().millis();
            return Optional.of(new User(name, hash, now, now, revisions.incrementAndGet()));
        });
    }

    /** Gives a user another password; connections that were made with the old one end. */
    public CompletionStage<User> changePassword(Loop loop, String name, PasswordHash hash) {
        return change(loop, name, present -> {
            User user = existing(name, present);
            long now = broker.clock().millis();
            return Optional.of(new User(name, hash, user.createdMillis(), now, revisions.incrementAndGet()));
        });
    }

    /** Takes a user out; its connections end. */
    public CompletionStage<User> remove(Loop loop, String name) {
        return change(loop, name, present -> {
            existing(name, present);
            return Optional.empty();
        });
    }

    private static User existing(String name, @Nullable User present) {
        if (present != null) return present;
        throw new CatalogueException(Reason.NOT_FOUND, "There is no user " + name + ".");
    }

    private CompletionStage<User> change(Loop loop, String name, Change change) {
        CompletionStage<User> forced = Promise.on(loop, () -> make(name, change));
        if (forced.toCompletableFuture().isCompletedExceptionally()) return forced;
        // It holds from here on, and is told when it is durable too.
        CompletableFuture<?>[] acted = watchers.stream()
                .map(watcher -> watcher.get().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return forced.thenCombineAsync(CompletableFuture.allOf(acted), (user, all) -> user, loop::execute);
    }

    private Promise<User> make(String name, Change change) {
        User[] concerned = new User[1];
        long[] lsn = new long[1];
        users.compute(name, (key, present) -> {
            Optional<User> after = change.of(present);
            WriteBatch batch = new WriteBatch();
            byte[] tableKey = CatalogueCodec.key(name);
            after.ifPresentOrElse(
                    user -> batch.put(table, tableKey, CatalogueCodec.user(user)), () -> batch.remove(table, tableKey));
            lsn[0] = broker.append(batch);
            concerned[0] = after.isPresent() ? after.get() : existing(name, present);
            return after.orElse(null);
        });
        return new Promise<>(concerned[0], lsn[0]);
    }
}
