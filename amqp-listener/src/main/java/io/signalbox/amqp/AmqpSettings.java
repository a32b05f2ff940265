package io.signalbox.amqp;

import java.util.EnumSet;
import java.util.Set;

/**
 * What an AMQP listener allows its peers. Immutable.
 *
 * @param containerId this broker's name on the wire ({@code open.container-id})
 * @param productVersion version shown to clients in the open properties
 * @param mechanisms SASL mechanisms that are offered; with {@link SaslMechanism#ANONYMOUS} a peer may also come without SASL
 * @param limits how much one peer may use
 * @param idleTimeoutMillis silence after which a peer is taken for dead; 0 = never. The peer is told half of it (§2.4.5).
 * @param openTimeoutMillis how long a peer may take from the first byte to its open
 */
public record AmqpSettings(
        String containerId,
        String productVersion,
        Set<SaslMechanism> mechanisms,
        Limits limits,
        int idleTimeoutMillis,
        int openTimeoutMillis) {

    /**
     * @param maxFrameBytes largest frame taken, 512 or more
     * @param maxMessageBytes largest message taken
     * @param maxSessions sessions of one connection, 1 to 65,536
     * @param maxLinks links of one connection
     */
    public record Limits(int maxFrameBytes, long maxMessageBytes, int maxSessions, int maxLinks) {
        public Limits {
            if (maxFrameBytes < 512) throw new IllegalArgumentException("maxFrameBytes " + maxFrameBytes + " < 512");
            if (maxMessageBytes < 1) throw new IllegalArgumentException("maxMessageBytes " + maxMessageBytes + " < 1");
            if (maxSessions < 1 || maxSessions > 1 << 16) {
                throw new IllegalArgumentException("maxSessions " + maxSessions + " is not 1..65536");
            }
            if (maxLinks < 1) throw new IllegalArgumentException("maxLinks " + maxLinks + " < 1");
        }
    }

    public AmqpSettings {
        mechanisms = Set.copyOf(mechanisms);
        if (mechanisms.isEmpty()) throw new IllegalArgumentException("no SASL mechanism is offered");
        if (idleTimeoutMillis < 0) throw new IllegalArgumentException("idleTimeoutMillis " + idleTimeoutMillis);
        if (openTimeoutMillis < 1) throw new IllegalArgumentException("openTimeoutMillis " + openTimeoutMillis);
    }

    /** What holds when the operator says nothing. */
    public static AmqpSettings defaults(String containerId, String productVersion) {
        return new AmqpSettings(
                containerId,
                productVersion,
                EnumSet.allOf(SaslMechanism.class),
                new Limits(128 << 10, 1 << 30, 256, 1024),
                120_000,
                10_000);
    }
}
