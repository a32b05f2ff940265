package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.Property;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.ProtocolVersion;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Decides what a CONNECT gets: 3.1, 3.1.1 and 5.0 differ up to here and in the codec, nowhere else. Knows no session and
 * no socket. Immutable.
 */
final class ConnectNegotiator {

    /** MQTT 3.1.1 has no number for it: the session stays until it is cleaned, or as long as sessions may. */
    private static final long PERSISTENT_IN_VERSION_3 = MqttSettings.NEVER;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final MqttSettings settings;

    /**
     * What both sides hold to from now on. It does not keep the CONNECT, whose password is nobody's business any more.
     *
     * @param will as the client left it
     * @param sessionExpirySeconds 0 = the session ends with the connection
     * @param keepAliveSeconds 0 = none
     * @param outboundWindow QoS 1 messages that may be on their way to the client
     * @param connAckProperties what CONNACK tells, in 5.0
     */
    record Negotiated(
            String clientId,
            boolean cleanStart,
            boolean bridge,
            long sessionExpirySeconds,
            int keepAliveSeconds,
            int outboundWindow,
            Optional<Packet.Will> will,
            PropertySet connAckProperties) {}

    ConnectNegotiator(MqttSettings settings) {
        this.settings = settings;
    }

    /** @throws Refusal with what CONNACK says */
    Negotiated negotiate(Packet.Connect connect) {
        boolean v5 = connect.version().isV5();
        if (connect.properties().has(Property.AUTHENTICATION_METHOD)) {
            // MQTT-4.12.0-1
            throw new Refusal(ReasonCode.BAD_AUTHENTICATION_METHOD, "enhanced authentication is not available here");
        }
        connect.will().ifPresent(ConnectNegotiator::checkWill);
        boolean assigned = connect.clientId().isEmpty();
        String clientId = assigned ? assignClientId(connect) : connect.clientId();
        if (clientId.length() > settings.maximumClientIdChars()) {
            // MQTT-3.1.3-8
            throw new Refusal(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "the client identifier is longer than " + settings.maximumClientIdChars() + " characters");
        }
        long asked = v5
                ? connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0)
                : connect.cleanStart() ? 0 : PERSISTENT_IN_VERSION_3;
        long expiry = Math.min(asked, settings.maximumSessionExpirySeconds());
        int keepAlive = connect.keepAliveSeconds();
        int longest = settings.maximumKeepAliveSeconds();
        boolean shorten = v5 && longest > 0 && (keepAlive == 0 || keepAlive > longest);
        PropertySet.Builder answer = PropertySet.builder();
        if (v5) announceLimits(answer);
        if (v5 && expiry != asked) answer.with(Property.SESSION_EXPIRY_INTERVAL, expiry); // §3.2.2.3.2
        if (v5 && assigned) answer.with(Property.ASSIGNED_CLIENT_IDENTIFIER, clientId); // MQTT-3.1.3-7
        if (shorten) answer.with(Property.SERVER_KEEP_ALIVE, longest); // MQTT-3.1.2-21
        return new Negotiated(
                clientId,
                connect.cleanStart(),
                connect.bridge(),
                expiry,
                shorten ? longest : keepAlive,
                (int) Math.min(
                        settings.outboundWindow(), connect.properties().number(Property.RECEIVE_MAXIMUM, 65_535)),
                connect.will(),
                answer.build());
    }

    /** What this server can do and what it cannot (§3.2.2.3). */
    private void announceLimits(PropertySet.Builder answer) {
        answer.with(Property.RECEIVE_MAXIMUM, settings.receiveMaximum())
                .with(Property.RETAIN_AVAILABLE, 1)
                .with(Property.MAXIMUM_PACKET_SIZE, settings.maximumPacketBytes())
                .with(Property.SHARED_SUBSCRIPTION_AVAILABLE, 1);
        if (settings.topicAliasMaximum() > 0) answer.with(Property.TOPIC_ALIAS_MAXIMUM, settings.topicAliasMaximum());
    }

    private static void checkWill(Packet.Will will) {
        if (ReservedTopics.isReserved(will.topic())) {
            throw new Refusal(ReasonCode.TOPIC_NAME_INVALID, "the will's topic belongs to the server");
        }
    }

    private static String assignClientId(Packet.Connect connect) {
        if (connect.version() == ProtocolVersion.V3_1) {
            throw new Refusal(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "3.1 wants a client identifier"); // 3.1 §3.1
        }
        if (connect.version() == ProtocolVersion.V3_1_1 && !connect.cleanStart()) {
            // 3.1.1 MQTT-3.1.3-8
            throw new Refusal(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a persistent session wants a client identifier");
        }
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return "auto-" + HexFormat.of().formatHex(random); // MQTT-3.1.3-6, MQTT-3.2.2-16
    }
}
