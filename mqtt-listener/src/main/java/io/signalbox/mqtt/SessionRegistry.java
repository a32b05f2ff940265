package io.signalbox.mqtt;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Who has which session (MQTT-3.1.3-2). Connections that want the same one queue up: each claim knows who came after it
 * and passes the session on, so no lock is held and no session is ever in two hands. Thread-safe.
 */
final class SessionRegistry {

    private final ConcurrentHashMap<String, SessionClaim> lastClaims = new ConcurrentHashMap<>();

    /** Puts a claim behind all earlier ones for its client; it gets the session, or hears that there is none, on its loop. */
    void claim(SessionClaim claim) {
        SessionClaim earlier = lastClaims.put(claim.clientId(), claim);
        if (earlier == null) {
            claim.receiveNothing();
        } else {
            earlier.loop().execute(() -> earlier.passTo(claim));
        }
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
