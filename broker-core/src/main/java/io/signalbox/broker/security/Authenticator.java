package io.signalbox.broker.security;

import java.util.concurrent.CompletionStage;

/**
 * Tells who a peer is. Called on an event loop and must not block it: what takes time happens elsewhere, and the stage may
 * complete on any thread.
 */
public interface Authenticator {

    /**
     * Completes with the verdict. It completes exceptionally only when the question could not be answered; the peer is then
     * refused as temporarily unavailable.
     */
    CompletionStage<Verdict> authenticate(Credentials credentials);

    /** Whether a peer may come in, and as whom. */
    sealed interface Verdict {
        record Welcome(Identity identity) implements Verdict {}

        /** The sentence is for the log and the operator; a peer learns no more than that it was refused. */
        record Refused(String sentence) implements Verdict {}
    }
}
