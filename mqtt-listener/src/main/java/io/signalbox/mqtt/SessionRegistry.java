package io.signalbox.mqtt;

import io.signalbox.broker.security.Authenticator;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who has which session (MQTT-3.1.3-2). Connections that want the same one queue up: each claim knows who came after it
 * and passes the session on, so no lock is held and no session is ever in two hands. Thread-safe.
 */
final class SessionRegistry {

    private final Authenticator authenticator;
    private final ConcurrentHashMap<String, SessionClaim> lastClaims = new ConcurrentHashMap<>();

    SessionRegistry(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * Puts a claim behind all earlier ones for its client; it gets the session, or hears that there is none, on its loop.
     * False if the session is another user's: then nothing has happened, to its connection neither.
     */
    boolean claim(SessionClaim claim) {
        SessionClaim[] earlier = new SessionClaim[1];
        SessionClaim last = lastClaims.compute(claim.clientId(), (clientId, present) -> {
            if (present != null && isForeign(present, claim)) return present;
            if (present != null) earlier[0] = present;
            return claim;
        });
        if (last != claim) return false;
        SessionClaim before = earlier[0];
        if (before == null) {
            claim.receiveNothing();
        } else {
            before.loop().execute(() -> before.passTo(claim));
        }
        return true;
    }

    /** What belongs to nobody in particular, or to a user who is there no more, is whoever's comes. */
    private boolean isForeign(SessionClaim present, SessionClaim claim) {
        String owner = present.owner();
        return !owner.isEmpty() && !owner.equals(claim.owner()) && authenticator.knows(owner);
    }

    /** A session of an earlier life, before anyone can connect. */
    void restore(SessionClaim claim) {
        lastClaims.put(claim.clientId(), claim);
    }

    /** The claim's session has ended; a claim that came after it will still ask and be told so. */
    void release(SessionClaim claim) {
        lastClaims.remove(claim.clientId(), claim);
    }

    /** Sessions that exist, with or without a connection. */
    int size() {
        return lastClaims.size();
    }
}
