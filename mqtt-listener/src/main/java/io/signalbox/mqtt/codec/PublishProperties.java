package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the properties of one PUBLISH or will without making objects of those that are only passed on: they are checked
 * in place and stay bytes (§3.3.2.3, §3.1.3.2). Confined to the decoder.
 */
final class PublishProperties {

    private static final ByteBuf NO_BYTES = Unpooled.EMPTY_BUFFER;

    private enum Place {
        PUBLISH_TO_SERVER,
        PUBLISH_TO_CLIENT,
        WILL
    }

    private final Place place;
    private ByteBuf block = NO_BYTES;
    private int forwardedBytes;
    private long seen;

    long expirySeconds = Packet.Publish.NO_EXPIRY;
    long willDelaySeconds;
    int topicAlias;
    List<Integer> subscriptionIds = List.of();
    private int userProperties;

    private PublishProperties(Place place) {
        this.place = place;
    }

    static PublishProperties readPublish(ByteBuf in, Direction direction) {
        PublishProperties read = new PublishProperties(
                direction == Direction.TO_SERVER ? Place.PUBLISH_TO_SERVER : Place.PUBLISH_TO_CLIENT);
        read.read(in);
        return read;
    }

    static PublishProperties readWill(ByteBuf in) {
        PublishProperties read = new PublishProperties(Place.WILL);
        read.read(in);
        return read;
    }

    private void read(ByteBuf in) {
        int length = VariableByteInteger.read(in);
        if (length > PacketReader.MOST_GATHERED_BYTES) {
            throw new Refusal(ReasonCode.QUOTA_EXCEEDED, "the properties of a PUBLISH have " + length + " bytes");
        }
        Wire.need(in, length);
        if (length == 0) return;
        block = in.readSlice(length);
        while (block.isReadable()) {
            int from = block.readerIndex();
            Property property = Property.ofId(Wire.unsignedByte(block));
            checkAllowed(property);
            readOne(property);
            if (property.isForwarded()) forwardedBytes += block.readerIndex() - from;
        }
        block.readerIndex(0);
    }

    private void checkAllowed(Property property) {
        boolean allowed = place == Place.WILL ? property.isAllowedInWill() : property.isAllowedIn(PacketType.PUBLISH);
        if (!allowed) throw Refusal.malformed(property + " does not belong in " + place); // §2.2.2.2
        boolean repeats = property == Property.USER_PROPERTY
                || (property == Property.SUBSCRIPTION_IDENTIFIER && place == Place.PUBLISH_TO_CLIENT); // §3.3.2.3.8
        long bit = 1L << property.id();
        if ((seen & bit) != 0 && !repeats) throw Refusal.protocolError(property + " is there twice");
        seen |= bit;
    }

    private void readOne(Property property) {
        switch (property) {
            case PAYLOAD_FORMAT_INDICATOR -> PropertySet.readNumber(block, property);
            case MESSAGE_EXPIRY_INTERVAL -> expirySeconds = PropertySet.readNumber(block, property);
            case WILL_DELAY_INTERVAL -> willDelaySeconds = PropertySet.readNumber(block, property);
            case TOPIC_ALIAS -> readTopicAlias();
            case SUBSCRIPTION_IDENTIFIER -> readSubscriptionId();
            case CONTENT_TYPE -> Wire.skipString(block); // MQTT-3.3.2-19
            case RESPONSE_TOPIC -> readResponseTopic();
            case CORRELATION_DATA -> Wire.skipBinary(block);
            case USER_PROPERTY -> {
                PropertySet.checkRoom(userProperties++);
                Wire.skipString(block); // MQTT-1.5.7-1
                Wire.skipString(block);
            }
            default -> throw new IllegalStateException(property + " was let through into " + place);
        }
    }

    private void readTopicAlias() {
        topicAlias = (int) PropertySet.readNumber(block, Property.TOPIC_ALIAS);
        // MQTT-3.3.2-8
        if (topicAlias == 0) throw new Refusal(ReasonCode.TOPIC_ALIAS_INVALID, "the topic alias is zero");
    }

    private void readSubscriptionId() {
        // MQTT-3.3.4-6: they are told to clients, never by them.
        if (place != Place.PUBLISH_TO_CLIENT) throw Refusal.protocolError("a client sent a subscription identifier");
        if (subscriptionIds.isEmpty()) subscriptionIds = new ArrayList<>(1);
        subscriptionIds.add((int) PropertySet.readNumber(block, Property.SUBSCRIPTION_IDENTIFIER));
    }

    private void readResponseTopic() {
        int length = Wire.skipString(block); // MQTT-3.3.2-13
        if (length == 0) throw Refusal.protocolError("the response topic is empty"); // MQTT-4.7.3-1
        for (int i = block.readerIndex() - length; i < block.readerIndex(); i++) {
            byte c = block.getByte(i);
            // MQTT-3.3.2-14
            if (c == '+' || c == '#') throw Refusal.protocolError("the response topic contains a wildcard");
        }
    }

    /** The forwarded properties and {@code payloadBytes} of {@code payload}, copied once. */
    Body.Inline body(ByteBuf payload, int payloadBytes) {
        int prefix = VariableByteInteger.size(forwardedBytes);
        byte[] body = new byte[prefix + forwardedBytes + payloadBytes];
        int at = VariableByteInteger.write(body, 0, forwardedBytes);
        if (forwardedBytes == block.writerIndex()) {
            block.getBytes(0, body, at, forwardedBytes);
        } else {
            copyForwarded(body, at);
        }
        payload.readBytes(body, prefix + forwardedBytes, payloadBytes);
        return Body.Inline.of(body);
    }

    /** Copies what is forwarded from between the properties that are for this connection only; all were checked. */
    private void copyForwarded(byte[] body, int start) {
        int at = start;
        while (block.isReadable()) {
            int from = block.readerIndex();
            Property property = Property.ofId(block.readUnsignedByte());
            skipValue(property);
            int length = block.readerIndex() - from;
            if (!property.isForwarded()) continue;
            block.getBytes(from, body, at, length);
            at += length;
        }
    }

    private void skipValue(Property property) {
        switch (property.type()) {
            case FLAG -> block.skipBytes(1);
            case TWO_BYTES, POSITIVE_TWO_BYTES -> block.skipBytes(2);
            case FOUR_BYTES, POSITIVE_FOUR_BYTES -> block.skipBytes(4);
            case POSITIVE_VARIABLE -> VariableByteInteger.read(block);
            case STRING, BINARY -> block.skipBytes(block.readUnsignedShort());
            case STRING_PAIR -> {
                block.skipBytes(block.readUnsignedShort());
                block.skipBytes(block.readUnsignedShort());
            }
        }
    }
}
