package io.signalbox.broker.security;

import java.net.SocketAddress;
import java.util.concurrent.CompletionStage;

/**
 * Tells who a peer is. Called on event loops and must not block them: what takes time happens elsewhere, and the stage may
 * complete on any thread.
 */
public interface Authenticator {

    /**
     * Completes with the verdict. It completes exceptionally only when the question could not be answered; the peer is then
     * refused as temporarily unavailable.
     */
    CompletionStage<Verdict> authenticate(Credentials credentials);

    /** Whether it makes sense for a peer to come without a name; the verdict decides. */
    default boolean offersAnonymous(SocketAddress remoteAddress) {
        return true;
    }

    /**
     * Whether the verdict that gave a peer its identity still holds. A connection asks when it has taken the identity, and
     * again whenever it is told that users have changed.
     */
    default boolean isCurrent(Identity identity) {
        return true;
    }

    /** Whether there is a user of this name. */
    default boolean knows(String user) {
        return true;
    }

    /** Whether a peer may come in, and as whom. */
    sealed interface Verdict {
        record Welcome(Identity identity) implements Verdict {}

        /**
         * @param sentence for the log and the operator
         * @param told what the peer learns, where its protocol can say it
         */
        record Refused(String sentence, String told) implements Verdict {
            /** The peer learns no more than that it was refused. */
            public Refused(String sentence) {
                this(sentence, "the credentials were refused");
            }
        }

        /** The credentials were not looked at; the peer may try again. */
        record Busy(String sentence) implements Verdict {}
    }
}
