package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one packet into a {@link Packet}, or throws a {@link Refusal} that names the broken rule (§2, §3). All
 * connections of a version on one event loop share one. Confined to that loop.
 */
public final class PacketDecoder {

    /** In one packet; more than a session may have, and little enough to be worked on in one turn of a loop. */
    private static final int MAX_FILTERS = 2048;

    private final Direction direction;
    private final @Nullable ProtocolVersion version;
    private final TopicNames topics;

    /** Those of the versions that a CONNECT may tell; none in any but the first decoder. */
    private final Map<ProtocolVersion, PacketDecoder> afterConnect;

    private PacketDecoder(
            Direction direction,
            @Nullable ProtocolVersion version,
            TopicNames topics,
            Map<ProtocolVersion, PacketDecoder> afterConnect) {
        this.direction = direction;
        this.version = version;
        this.topics = topics;
        this.afterConnect = afterConnect;
    }

    /**
     * For what clients send, to any number of connections of one event loop; the first packet is a CONNECT, which tells the version
     * and so the decoder of all of them.
     */
    public static PacketDecoder toServer() {
        TopicNames topics = new TopicNames();
        Map<ProtocolVersion, PacketDecoder> afterConnect = new EnumMap<>(ProtocolVersion.class);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            afterConnect.put(version, new PacketDecoder(Direction.TO_SERVER, version, topics, Map.of()));
        }
        return new PacketDecoder(Direction.TO_SERVER, null, topics, afterConnect);
    }

    /** Decodes what servers send to a client of this version. */
    public static PacketDecoder toClient(ProtocolVersion version) {
        return new PacketDecoder(Direction.TO_CLIENT, version, new TopicNames(), Map.of());
    }

    boolean isBeforeConnect() {
        return version == null;
    }

    /**
     * The decoder of a CONNECT and of all that follows it.
     *
     * @param connect without its first byte and length; nothing is taken out of it
     */
    PacketDecoder ofClient(ByteBuf connect) {
        ProtocolVersion told = new ConnectDecoder(connect.duplicate()).readVersion();
        return Objects.requireNonNull(afterConnect.get(told));
    }

    /** The version in use; empty before CONNECT. */
    Optional<ProtocolVersion> version() {
        return Optional.ofNullable(version);
    }

    /** Refuses, as soon as a packet's first byte is there, what cannot be accepted whatever follows. */
    void checkFirstByte(int firstByte) {
        PacketType type = PacketType.ofFirstByte(firstByte, direction);
        if (isBeforeConnect() && type != PacketType.CONNECT) {
            throw Refusal.protocolError("the first packet is not CONNECT"); // MQTT-3.1.0-1
        }
        if (!isBeforeConnect() && type == PacketType.CONNECT) {
            throw Refusal.protocolError("a second CONNECT"); // MQTT-3.1.0-2
        }
        if (type == PacketType.PUBLISH && (firstByte & 0x06) == 0x06) {
            throw Refusal.malformed("both QoS bits are set"); // MQTT-3.3.1-4
        }
    }

    /**
     * Decodes one packet.
     *
     * @param firstByte the packet's first byte, which has been checked
     * @param lengthBytes how many bytes its remaining length took
     * @param in the rest of the packet and nothing else; the packet keeps no part of it
     */
    Packet decode(int firstByte, int lengthBytes, ByteBuf in) {
        int length = in.readableBytes();
        Packet packet = decode(PacketType.ofFirstByte(firstByte, direction), firstByte, in);
        Wire.needEnd(in);
        // MQTT-1.5.5-1 is new in 5.0; in 3.x a longer form of the remaining length is read as what it says.
        if (isV5() && lengthBytes != VariableByteInteger.size(length)) {
            throw Refusal.malformed("the remaining length is longer than it need be");
        }
        return packet;
    }

    /**
     * Decodes the beginning of a PUBLISH whose payload comes for itself.
     *
     * @param length of the packet, without its first byte and this length
     * @param in begins behind that; afterwards the payload does
     */
    Packet.Publish decodeBeginning(int firstByte, int lengthBytes, int length, ByteBuf in) {
        if (isV5() && lengthBytes != VariableByteInteger.size(length)) {
            throw Refusal.malformed("the remaining length is longer than it need be"); // MQTT-1.5.5-1
        }
        return publish(firstByte, in, Unpooled.EMPTY_BUFFER);
    }

    private Packet decode(PacketType type, int firstByte, ByteBuf in) {
        return switch (type) {
            case CONNECT -> connect(in);
            case PUBLISH -> publish(firstByte, in, in);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> ack(type, in);
            case SUBSCRIBE -> subscribe(in);
            case UNSUBSCRIBE -> unsubscribe(in);
            case PINGREQ -> new Packet.PingReq();
            case PINGRESP -> new Packet.PingResp();
            case DISCONNECT -> disconnect(in);
            case AUTH -> auth(in);
            case CONNACK -> connAck(in);
            case SUBACK -> subAck(in);
            case UNSUBACK -> unsubAck(in);
        };
    }

    private static Packet connect(ByteBuf in) {
        ConnectDecoder connect = new ConnectDecoder(in);
        return connect.readRest(connect.readVersion());
    }

    private Packet.Publish publish(int firstByte, ByteBuf in, ByteBuf payload) {
        boolean dup = (firstByte & 0x08) != 0;
        int qos = (firstByte >>> 1) & 3;
        if (dup && qos == 0) throw Refusal.malformed("DUP is set at QoS 0"); // MQTT-3.3.1-2
        boolean retain = (firstByte & 0x01) != 0;
        String topic = topics.read(in); // MQTT-3.3.2-1
        int packetId = qos == 0 ? 0 : Wire.packetId(in); // MQTT-2.2.1-2
        if (!isV5()) {
            checkTopicName(topic);
            Body.Inline body = PublishBody.ofPayload(payload);
            return new Packet.Publish(dup, qos, retain, topic, packetId, Packet.Publish.NO_EXPIRY, 0, List.of(), body);
        }
        PublishProperties properties = PublishProperties.readPublish(in, direction);
        if (!topic.isEmpty()) {
            checkTopicName(topic);
        } else if (properties.topicAlias == 0) {
            throw Refusal.protocolError("neither a topic nor a topic alias"); // §3.3.2.3.4
        }
        return new Packet.Publish(
                dup,
                qos,
                retain,
                topic,
                packetId,
                properties.expirySeconds,
                properties.topicAlias,
                properties.subscriptionIds,
                properties.body(payload, payload.readableBytes()));
    }

    /** MQTT-3.3.2-2, MQTT-4.7.3-1. */
    static void checkTopicName(String topic) {
        if (TopicSyntax.isName(topic)) return;
        throw new Refusal(ReasonCode.TOPIC_NAME_INVALID, "the topic name is empty or contains a wildcard");
    }

    private Packet ack(PacketType type, ByteBuf in) {
        int packetId = Wire.packetId(in);
        if (!isV5() || !in.isReadable()) {
            return new Packet.Ack(type, packetId, ReasonCode.SUCCESS, PropertySet.EMPTY); // §3.4.2.1
        }
        ReasonCode reason = ReasonCode.of(Wire.unsignedByte(in), type); // MQTT-3.4.2-1
        return new Packet.Ack(type, packetId, reason, optionalProperties(in, type));
    }

    /** §3.4.2.2.1 and its like: a packet may end before its property length. */
    private static PropertySet optionalProperties(ByteBuf in, PacketType type) {
        return in.isReadable() ? PropertySet.read(in, type) : PropertySet.EMPTY;
    }

    private PropertySet properties(ByteBuf in, PacketType type) {
        return isV5() ? PropertySet.read(in, type) : PropertySet.EMPTY;
    }

    private Packet subscribe(ByteBuf in) {
        int packetId = Wire.packetId(in);
        PropertySet properties = properties(in, PacketType.SUBSCRIBE);
        if (!in.isReadable()) throw Refusal.protocolError("SUBSCRIBE without a topic filter"); // MQTT-3.8.3-2
        List<Packet.SubscriptionRequest> requests = new ArrayList<>(1);
        do {
            checkRoom(requests);
            requests.add(subscriptionRequest(in));
        } while (in.isReadable());
        return new Packet.Subscribe(packetId, requests, properties);
    }

    private Packet.SubscriptionRequest subscriptionRequest(ByteBuf in) {
        String filter = topicFilter(in); // MQTT-3.8.3-1
        int options = Wire.unsignedByte(in);
        int qos = options & 0x03;
        if (qos == 3) throw malformedSubscription("a subscription asks for QoS 3"); // §3.8.3.1
        int reserved = isV5() ? 0xC0 : 0xFC;
        if ((options & reserved) != 0) {
            throw Refusal.malformed("reserved bits of a subscription are set"); // MQTT-3.8.3-5, 3.1.1 MQTT-3-8.3-4
        }
        boolean noLocal = (options & 0x04) != 0;
        int retainHandling = (options >>> 4) & 3;
        if (retainHandling == 3) throw Refusal.protocolError("retain handling is 3"); // §3.8.3.1
        if (noLocal && TopicSyntax.isShared(filter)) {
            throw Refusal.protocolError("no local on a shared subscription"); // MQTT-3.8.3-4
        }
        return new Packet.SubscriptionRequest(filter, qos, noLocal, (options & 0x08) != 0, retainHandling);
    }

    private Refusal malformedSubscription(String sentence) {
        return isV5() ? Refusal.protocolError(sentence) : Refusal.malformed(sentence);
    }

    private String topicFilter(ByteBuf in) {
        String filter = Wire.string(in);
        boolean shared = isV5() && TopicSyntax.isShared(filter); // 3.x knows no shared subscriptions
        if (shared ? !TopicSyntax.isSharedFilter(filter) : !TopicSyntax.isFilter(filter)) {
            throw Refusal.malformed("a topic filter is not well-formed"); // MQTT-4.7.1-1, -2, 4.7.3-1, 4.8.2-1, -2
        }
        return filter;
    }

    private Packet unsubscribe(ByteBuf in) {
        int packetId = Wire.packetId(in);
        PropertySet properties = properties(in, PacketType.UNSUBSCRIBE);
        if (!in.isReadable()) throw Refusal.protocolError("UNSUBSCRIBE without a topic filter"); // MQTT-3.10.3-2
        List<String> filters = new ArrayList<>(1);
        do {
            checkRoom(filters);
            filters.add(topicFilter(in)); // MQTT-3.10.3-1
        } while (in.isReadable());
        return new Packet.Unsubscribe(packetId, filters, properties);
    }

    private static void checkRoom(List<?> filters) {
        if (filters.size() < MAX_FILTERS) return;
        throw new Refusal(ReasonCode.QUOTA_EXCEEDED, "a packet names more than " + MAX_FILTERS + " topic filters");
    }

    private Packet disconnect(ByteBuf in) {
        if (!isV5() || !in.isReadable()) return new Packet.Disconnect(ReasonCode.SUCCESS, PropertySet.EMPTY);
        ReasonCode reason = ReasonCode.of(Wire.unsignedByte(in), PacketType.DISCONNECT); // MQTT-3.14.2-1
        PropertySet properties = optionalProperties(in, PacketType.DISCONNECT);
        if (direction == Direction.TO_CLIENT && properties.has(Property.SESSION_EXPIRY_INTERVAL)) {
            throw Refusal.protocolError("a server sent a session expiry interval"); // MQTT-3.14.2-2
        }
        if (direction == Direction.TO_SERVER && properties.has(Property.SERVER_REFERENCE)) {
            throw Refusal.protocolError("a client sent a server reference"); // §3.14.2.2.5
        }
        return new Packet.Disconnect(reason, properties);
    }

    private Packet auth(ByteBuf in) {
        if (!isV5()) throw Refusal.malformed("packet type 15 is reserved before 5.0"); // 3.1.1 §2.2.1
        if (!in.isReadable()) return new Packet.Auth(ReasonCode.SUCCESS, PropertySet.EMPTY); // §3.15.2.1
        ReasonCode reason = ReasonCode.of(Wire.unsignedByte(in), PacketType.AUTH); // MQTT-3.15.2-1
        PropertySet properties = optionalProperties(in, PacketType.AUTH);
        if (!properties.has(Property.AUTHENTICATION_METHOD)) {
            throw Refusal.protocolError("AUTH without an authentication method"); // §3.15.2.2.2
        }
        return new Packet.Auth(reason, properties);
    }

    private Packet connAck(ByteBuf in) {
        int flags = Wire.unsignedByte(in);
        if ((flags & 0xFE) != 0) throw Refusal.malformed("reserved flags of CONNACK are set"); // MQTT-3.2.2-1
        int code = Wire.unsignedByte(in);
        ReasonCode reason =
                isV5() ? ReasonCode.of(code, PacketType.CONNACK) : ReasonCode.ofConnectReturnCode(code); // MQTT-3.2.2-8
        boolean sessionPresent = flags != 0;
        if (sessionPresent && reason != ReasonCode.SUCCESS) {
            throw Refusal.protocolError("a refused connection has no session"); // MQTT-3.2.2-6
        }
        return new Packet.ConnAck(sessionPresent, reason, properties(in, PacketType.CONNACK));
    }

    private Packet subAck(ByteBuf in) {
        int packetId = Wire.packetId(in);
        PropertySet properties = properties(in, PacketType.SUBACK);
        return new Packet.SubAck(packetId, reasons(in, PacketType.SUBACK), properties);
    }

    private Packet unsubAck(ByteBuf in) {
        int packetId = Wire.packetId(in);
        PropertySet properties = properties(in, PacketType.UNSUBACK);
        List<ReasonCode> reasons = isV5() ? reasons(in, PacketType.UNSUBACK) : List.of();
        return new Packet.UnsubAck(packetId, reasons, properties);
    }

    private static List<ReasonCode> reasons(ByteBuf in, PacketType type) {
        List<ReasonCode> reasons = new ArrayList<>(in.readableBytes());
        while (in.isReadable()) reasons.add(ReasonCode.of(in.readUnsignedByte(), type)); // MQTT-3.9.3-2
        if (reasons.isEmpty()) throw Refusal.protocolError(type + " without a reason code");
        return reasons;
    }

    private boolean isV5() {
        return version == ProtocolVersion.V5;
    }
}
