package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.VariableByteInteger;

/**
 * How an MQTT listener treats its clients. Every limit holds for one client.
 *
 * @param connectPacketBytes the largest packet before CONNECT is accepted
 * @param maximumPacketBytes the largest packet a client may send afterwards; announced in CONNACK (§3.2.2.3.6)
 * @param receiveMaximum messages of QoS 1 and 2 a client may have unacknowledged; announced in CONNACK (§3.2.2.3.3)
 * @param outboundWindow messages of QoS 1 and 2 sent to a client and not acknowledged, if it does not want fewer itself
 * @param outboundBufferBytes what may wait for a client's socket before QoS 0 messages to it are dropped and QoS 1
 *     messages stay in its queue
 * @param topicAliasMaximum topic aliases a client may set; announced in CONNACK (§3.2.2.3.8)
 * @param maximumKeepAliveSeconds a longer keep alive, or none, is replaced by this for 5.0 clients; 0 = as they ask
 * @param maximumSessionExpirySeconds a session is kept this long at most after its connection; {@link #NEVER} = for ever
 * @param maximumFilterBytes what a session's filters may cost of the heap, as {@link SessionSubscription#heapBytes} reckons it
 * @param maximumClientIdChars longer client identifiers are refused; at least 23 (MQTT-3.1.3-5)
 * @param connectTimeoutMillis how long a connection may take to complete its CONNECT
 * @param profile what happens to devices that break small rules
 */
public record MqttSettings(
        int connectPacketBytes,
        int maximumPacketBytes,
        int receiveMaximum,
        int outboundWindow,
        int outboundBufferBytes,
        int topicAliasMaximum,
        int maximumKeepAliveSeconds,
        long maximumSessionExpirySeconds,
        int maximumFilterBytes,
        int maximumClientIdChars,
        int connectTimeoutMillis,
        Profile profile) {

    /** A session expiry interval that never passes (§3.1.2.11.2). */
    public static final long NEVER = 0xFFFF_FFFFL;

    /** How strictly a listener takes rules that fielded devices break. */
    public enum Profile {
        /** Whoever breaks a rule is disconnected with its reason code. */
        STRICT,
        /** What can be held back is held back instead: a client that exceeds its receive maximum is read more slowly. */
        TOLERANT
    }

    public MqttSettings {
        check("connectPacketBytes", connectPacketBytes, 64, VariableByteInteger.MAX);
        check("maximumPacketBytes", maximumPacketBytes, connectPacketBytes, VariableByteInteger.MAX);
        check("receiveMaximum", receiveMaximum, 1, 65_535);
        check("outboundWindow", outboundWindow, 1, 32_768);
        check("outboundBufferBytes", outboundBufferBytes, 1024, Integer.MAX_VALUE);
        check("topicAliasMaximum", topicAliasMaximum, 0, 65_535);
        check("maximumKeepAliveSeconds", maximumKeepAliveSeconds, 0, 65_535);
        check("maximumSessionExpirySeconds", maximumSessionExpirySeconds, 0, NEVER);
        check("maximumFilterBytes", maximumFilterBytes, 1, Integer.MAX_VALUE);
        check("maximumClientIdChars", maximumClientIdChars, 23, 512);
        check("connectTimeoutMillis", connectTimeoutMillis, 1, Integer.MAX_VALUE);
    }

    private static void check(String name, long value, long least, long most) {
        if (value >= least && value <= most) return;
        throw new IllegalArgumentException(name + " is " + value + ", not " + least + " to " + most);
    }

    /** What holds when nobody says otherwise. */
    public static MqttSettings defaults() {
        return new MqttSettings(
                64 << 10, 16 << 20, 1024, 256, 512 << 10, 16, 0, NEVER, 1 << 20, 256, 10_000, Profile.TOLERANT);
    }
}
