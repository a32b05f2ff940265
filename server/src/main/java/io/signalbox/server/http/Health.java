package io.signalbox.server.http;

import java.util.Optional;

/** What the health pages ask. Called on an event loop; must not block. */
public interface Health {

    /** Why the process had better be restarted; empty while it is alive. */
    Optional<String> whyNotLive();

    /** Why nobody should connect now; empty while the broker serves. */
    Optional<String> whyNotReady();

    /** What of the service is not there although the broker serves, in a sentence; empty if all of it is. */
    Optional<String> restriction();

    /** Whether clients on this machine need no password, so that a browser here must not speak for another site. */
    boolean trustsThisMachine();
}
