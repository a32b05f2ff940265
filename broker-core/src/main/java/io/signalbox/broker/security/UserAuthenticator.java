package io.signalbox.broker.security;

import io.signalbox.broker.Users;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets in who proves to be a user. While there are no users, everybody on this machine, under the name they give; nobody else.
 * A password is checked the slow way once: after that its fingerprint is known, so that a thousand clients that come back cost
 * one check. Thread-safe; nothing here waits.
 */
public final class UserAuthenticator implements Authenticator {

    /** Who may come without a name. */
    public enum Anonymous {
        /** This machine, while there are no users. */
        WHILE_NO_USERS,
        /** Everybody, always. */
        ALWAYS
    }

    private enum Check {
        RIGHT,
        WRONG,
        NOT_MADE
    }

    private static final String NO_USERS =
            "this broker has no users yet, so only its own machine may connect; add one there with: signalbox user add";
    private static final String NAME_WANTED = "this broker wants a user name and a password";

    private final Users users;
    private final Anonymous anonymous;
    private final PasswordPool pool;
    private final FailedLogins failures;
    private final Fingerprints fingerprints = new Fingerprints();
    private final LoginCounters counters = new LoginCounters();
    private final PasswordHash nobody = PasswordHash.ofNobody();

    /** Checks that are being made, by fingerprint: whoever shows the same waits for the same. Bounded by the pool. */
    private final ConcurrentHashMap<ByteBuffer, CompletableFuture<Check>> checks = new ConcurrentHashMap<>();

    public UserAuthenticator(Users users, Anonymous anonymous, PasswordPool pool) {
        this(users, anonymous, pool, new FailedLogins(System::nanoTime));
    }

    UserAuthenticator(Users users, Anonymous anonymous, PasswordPool pool, FailedLogins failures) {
        this.users = users;
        this.anonymous = anonymous;
        this.pool = pool;
        this.failures = failures;
    }

    public LoginCounters counters() {
        return counters;
    }

    @Override
    public boolean offersAnonymous(SocketAddress remoteAddress) {
        return anonymous == Anonymous.ALWAYS || (users.isEmpty() && isThisMachine(remoteAddress));
    }

    private static boolean isThisMachine(SocketAddress remoteAddress) {
        return remoteAddress instanceof InetSocketAddress remote
                && remote.getAddress() != null
                && remote.getAddress().isLoopbackAddress();
    }

    @Override
    public boolean isCurrent(Identity identity) {
        if (identity.revision() != 0) {
            return users.find(identity.name())
                    .filter(user -> user.revision() == identity.revision())
                    .isPresent();
        }
        return users.isEmpty() || (anonymous == Anonymous.ALWAYS && identity.equals(Identity.ANONYMOUS));
    }

    @Override
    public boolean knows(String user) {
        return users.find(user).isPresent();
    }

    @Override
    public CompletionStage<Verdict> authenticate(Credentials credentials) {
        if (credentials instanceof Credentials.Password password) {
            return users.isEmpty()
                    ? CompletableFuture.completedFuture(unproved(password))
                    : login(password).thenApply(this::counted);
        }
        SocketAddress remote = credentials.remoteAddress();
        Verdict verdict = offersAnonymous(remote)
                ? new Verdict.Welcome(Identity.ANONYMOUS)
                : users.isEmpty() ? refusedForNoUsers(remote) : new Verdict.Refused("no name was given", NAME_WANTED);
        return CompletableFuture.completedFuture(counted(verdict));
    }

    /** No password is right or wrong while there are no users. */
    private Verdict unproved(Credentials.Password password) {
        SocketAddress remote = password.remoteAddress();
        return counted(
                offersAnonymous(remote)
                        ? new Verdict.Welcome(Identity.unproved(password.user()))
                        : refusedForNoUsers(remote));
    }

    private static Verdict refusedForNoUsers(SocketAddress remote) {
        return new Verdict.Refused("in local mode only this machine can connect, not " + remote, NO_USERS);
    }

    private Verdict counted(Verdict verdict) {
        if (verdict instanceof Verdict.Welcome) counters.welcomed.increment();
        if (verdict instanceof Verdict.Refused) counters.refused.increment();
        return verdict;
    }

    private CompletionStage<Verdict> login(Credentials.Password shown) {
        String name = shown.user();
        byte[] password = shown.password();
        SocketAddress remote = shown.remoteAddress();
        if (name.isEmpty() || name.length() > User.MAX_NAME_CHARS) return refused("no user has such a name");
        if (password.length == 0 || password.length > PasswordHash.MAX_PASSWORD_BYTES) {
            return refused("no user has such a password"); // whoever the user is
        }
        // Before anything quick, or guessing would be.
        if (failures.areTooMany(remote, name)) return throttled(remote);
        Optional<User> user = users.find(name);
        byte[] fingerprint = fingerprints.of(user.map(User::revision).orElse(0L), name, password);
        if (user.isPresent() && user.get().isProvedBy(fingerprint)) {
            return CompletableFuture.completedFuture(welcome(user.get()));
        }
        if (failures.areTooMany(remote)) return throttled(remote);
        return check(user, password, fingerprint).thenApply(result -> verdict(result, user, shown));
    }

    private static CompletionStage<Verdict> refused(String sentence) {
        return CompletableFuture.completedFuture(new Verdict.Refused(sentence));
    }

    private CompletionStage<Verdict> throttled(SocketAddress remote) {
        counters.throttled.increment();
        return CompletableFuture.completedFuture(
                new Verdict.Busy("too many logins from " + remote + " have failed within the last minute"));
    }

    private static Verdict welcome(User user) {
        return new Verdict.Welcome(new Identity(user.name(), user.revision()));
    }

    private CompletionStage<Check> check(Optional<User> user, byte[] password, byte[] fingerprint) {
        ByteBuffer key = ByteBuffer.wrap(fingerprint);
        CompletableFuture<Check> mine = new CompletableFuture<>();
        CompletableFuture<Check> earlier = checks.putIfAbsent(key, mine);
        if (earlier != null) return earlier;
        // A user that does not exist takes as long as one that does.
        PasswordHash hash = user.map(User::hash).orElse(nobody);
        boolean taken = pool.offer(() -> {
            try {
                counters.passwordsChecked.increment();
                boolean right = hash.matches(password);
                if (right) user.ifPresent(known -> known.proved(fingerprint));
                checks.remove(key, mine);
                mine.complete(right ? Check.RIGHT : Check.WRONG);
            } catch (RuntimeException | Error e) {
                checks.remove(key, mine);
                mine.completeExceptionally(e); // whoever waits must not wait for ever
                throw e;
            }
        });
        if (!taken) {
            checks.remove(key, mine);
            mine.complete(Check.NOT_MADE);
        }
        return mine;
    }

    private Verdict verdict(Check result, Optional<User> user, Credentials.Password shown) {
        return switch (result) {
            case RIGHT -> welcome(user.orElseThrow());
            case WRONG -> {
                failures.add(shown.remoteAddress(), shown.user());
                String name = printable(shown.user());
                yield new Verdict.Refused(
                        user.isPresent() ? "wrong password of user " + name : "there is no user " + name);
            }
            case NOT_MADE -> {
                counters.busy.increment();
                yield new Verdict.Busy("too many logins wait for their check");
            }
        };
    }

    /** A name as it may stand in a line of the log, whatever a peer made of it. */
    private static String printable(String name) {
        String start = name.length() > 64 ? name.substring(0, 64) + "…" : name;
        return start.replaceAll("[\\p{Cntrl}\"]", "?");
    }
}
