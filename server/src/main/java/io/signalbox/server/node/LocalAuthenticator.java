package io.signalbox.server.node;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who may come in as long as there are no users: everybody on this machine, under the name they give, whatever the password;
 * nobody else. Thread-safe.
 */
final class LocalAuthenticator implements Authenticator {

    @Override
    public CompletionStage<Verdict> authenticate(Credentials credentials) {
        boolean isLocal = credentials.remoteAddress() instanceof InetSocketAddress remote
                && remote.getAddress() != null
                && remote.getAddress().isLoopbackAddress();
        if (!isLocal) {
            return CompletableFuture.completedFuture(new Verdict.Refused(
                    "in local mode only this machine can connect, not " + credentials.remoteAddress()));
        }
        Identity identity = credentials instanceof Credentials.Password named
                        && !named.user().isEmpty()
                ? Identity.unproved(named.user())
                : Identity.ANONYMOUS;
        return CompletableFuture.completedFuture(new Verdict.Welcome(identity));
    }
}
