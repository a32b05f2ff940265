package io.signalbox.server.node;

import io.signalbox.broker.Users;
import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.LoginCounters;
import io.signalbox.broker.security.PasswordPool;
import io.signalbox.broker.security.UserAuthenticator;
import io.signalbox.broker.security.UserAuthenticator.Anonymous;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is let into this node: its users, and what the configuration says beside them. Thread-safe. */
final class Security implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Security.class);

    private final Users users;
    private final Optional<Exposure> exposure;
    private final boolean anonymousAllowed;
    private final PasswordPool pool = PasswordPool.ofThisMachine();
    private final UserAuthenticator authenticator;

    Security(Users users, Configuration configuration, Optional<Exposure> exposure) {
        this.users = users;
        this.exposure = exposure;
        this.anonymousAllowed = configuration.get(Settings.SECURITY_ALLOW_ANONYMOUS);
        this.authenticator =
                new UserAuthenticator(users, anonymousAllowed ? Anonymous.ALWAYS : Anonymous.WHILE_NO_USERS, pool);
    }

    /** @throws NodeFailure if other machines could connect and nobody could log in */
    void check() throws NodeFailure {
        if (exposure.isEmpty()) return;
        if (anonymousAllowed) {
            LOG.warn(
                    "event=open_to_everybody cause=\"security.allow-anonymous = true, and {} = \\\"{}\\\"\" fix=\"take"
                            + " security.allow-anonymous away\"",
                    exposure.get().setting().key(),
                    exposure.get().host());
        } else if (users.isEmpty()) {
            throw exposure.get().refusal();
        }
    }

    /** From now on a change of users is complete only when these ports have acted on it. */
    void guard(Collection<ProtocolPort> ports) {
        users.onChange(() -> CompletableFuture.allOf(ports.stream()
                .map(port -> port.recheckIdentities().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new)));
    }

    /** Whether clients on this machine need no password. */
    boolean trustsThisMachine() {
        return anonymousAllowed || users.isEmpty();
    }

    Authenticator authenticator() {
        return authenticator;
    }

    LoginCounters counters() {
        return authenticator.counters();
    }

    Users users() {
        return users;
    }

    SecurityReport report() {
        SecurityState state = anonymousAllowed && exposure.isPresent()
                ? SecurityState.OPEN
                : users.isEmpty() ? SecurityState.LOCAL : SecurityState.SECURED;
        return new SecurityReport(state, users.all().size(), anonymousAllowed);
    }

    @Override
    public void close() {
        pool.close();
    }
}
