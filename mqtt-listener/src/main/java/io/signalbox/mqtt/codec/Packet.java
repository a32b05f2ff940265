package io.signalbox.mqtt.codec;

import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.message.Body;
import java.util.List;
import java.util.Optional;

/**
 * The control packets of MQTT (§3) as values, the same for all versions: what a version does not have is empty, and a
 * 3.x packet without a reason reads as success. Immutable; arrays are not to be changed.
 */
public sealed interface Packet {

    PacketType type();

    /**
     * §3.1. In 3.x {@code cleanStart} is Clean Session.
     *
     * @param bridge the level had its highest bit set: another broker connects
     * @param keepAliveSeconds 0 = no keep alive
     */
    record Connect(
            ProtocolVersion version,
            boolean bridge,
            boolean cleanStart,
            int keepAliveSeconds,
            String clientId,
            Optional<Will> will,
            Optional<String> userName,
            Optional<byte[]> password,
            PropertySet properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNECT;
        }
    }

    /** §3.2. */
    record ConnAck(boolean sessionPresent, ReasonCode reason, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNACK;
        }
    }

    /**
     * §3.3.
     *
     * @param topic empty when only the alias names it
     * @param packetId 0 at QoS 0
     * @param expirySeconds {@link #NO_EXPIRY} when absent
     * @param topicAlias 0 when absent
     * @param subscriptionIds only towards a client
     * @param body see {@link PublishBody}; without the payload if that is large
     * @param payload of a large one that has come from a client
     */
    record Publish(
            boolean dup,
            int qos,
            boolean retain,
            String topic,
            int packetId,
            long expirySeconds,
            int topicAlias,
            List<Integer> subscriptionIds,
            Body.Inline body,
            Optional<LargeArrival> payload)
            implements Packet {

        public Publish(
                boolean dup,
                int qos,
                boolean retain,
                String topic,
                int packetId,
                long expirySeconds,
                int topicAlias,
                List<Integer> subscriptionIds,
                Body.Inline body) {
            this(dup, qos, retain, topic, packetId, expirySeconds, topicAlias, subscriptionIds, body, Optional.empty());
        }

        /** The same with a payload that has come for itself. */
        Publish with(LargeArrival large) {
            return new Publish(
                    dup,
                    qos,
                    retain,
                    topic,
                    packetId,
                    expirySeconds,
                    topicAlias,
                    subscriptionIds,
                    body,
                    Optional.of(large));
        }

        /** It is not published: nothing of its payload is kept. */
        public void abandon() {
            payload.ifPresent(LargeArrival::abandon);
        }

        /** The message does not expire. */
        public static final long NO_EXPIRY = -1;

        @Override
        public PacketType type() {
            return PacketType.PUBLISH;
        }
    }

    /** PUBACK, PUBREC, PUBREL and PUBCOMP, which look alike (§3.4 to §3.7). */
    record Ack(PacketType type, int packetId, ReasonCode reason, PropertySet properties) implements Packet {
        public Ack {
            switch (type) {
                case PUBACK, PUBREC, PUBREL, PUBCOMP -> {}
                default -> throw new IllegalArgumentException(type + " acknowledges no PUBLISH");
            }
        }
    }

    /** §3.8. */
    record Subscribe(int packetId, List<SubscriptionRequest> requests, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.SUBSCRIBE;
        }
    }

    /** §3.9. */
    record SubAck(int packetId, List<ReasonCode> reasons, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.SUBACK;
        }
    }

    /** §3.10. */
    record Unsubscribe(int packetId, List<String> filters, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.UNSUBSCRIBE;
        }
    }

    /** §3.11. In 3.x there are no reasons. */
    record UnsubAck(int packetId, List<ReasonCode> reasons, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.UNSUBACK;
        }
    }

    /** §3.12. */
    record PingReq() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGREQ;
        }
    }

    /** §3.13. */
    record PingResp() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGRESP;
        }
    }

    /** §3.14. */
    record Disconnect(ReasonCode reason, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.DISCONNECT;
        }
    }

    /** §3.15; only in 5.0. */
    record Auth(ReasonCode reason, PropertySet properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.AUTH;
        }
    }

    /**
     * The will in a CONNECT (§3.1.2.5, §3.1.3.2).
     *
     * @param expirySeconds {@link Publish#NO_EXPIRY} when absent
     * @param body see {@link PublishBody}
     */
    record Will(String topic, int qos, boolean retain, long delaySeconds, long expirySeconds, Body.Inline body) {}

    /**
     * One filter of a SUBSCRIBE with its options (§3.8.3.1); in 3.x only the QoS is given.
     *
     * @param qos the most that is asked for
     * @param retainHandling 0 send retained messages, 1 only if the subscription is new, 2 never
     */
    record SubscriptionRequest(
            String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {}
}
