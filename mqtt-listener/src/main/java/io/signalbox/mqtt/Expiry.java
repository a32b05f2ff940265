package io.signalbox.mqtt;

import io.signalbox.broker.message.Envelope;
import io.signalbox.mqtt.codec.Packet.Publish;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** The message expiry interval: seconds left on the wire, a moment in the core (§3.3.2.3.3). Stateless. */
final class Expiry {

    private static final long MAX_SECONDS = 0xFFFF_FFFFL;

    private Expiry() {}

    /** When a message that came with this interval expires. */
    static long atMillis(long expirySeconds, long nowMillis) {
        return expirySeconds == Publish.NO_EXPIRY
                ? Envelope.NEVER
                : nowMillis + TimeUnit.SECONDS.toMillis(expirySeconds);
    }

    /** MQTT-3.3.2-6: what is left of the interval; a begun second counts, so that a message that lives has one. */
    static long secondsLeft(long expiresAtMillis, InstantSource clock) {
        if (expiresAtMillis == Envelope.NEVER) return Publish.NO_EXPIRY;
        long left = Math.max(0, expiresAtMillis - clock.millis());
        return Math.min(MAX_SECONDS, (left + 999) / 1000);
    }
}
