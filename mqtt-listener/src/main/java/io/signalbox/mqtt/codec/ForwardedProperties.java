package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import io.signalbox.mqtt.codec.PropertySet.UserProperty;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The properties inside a {@link PublishBody}, for those who need to look at them or make them. Immutable. */
public final class ForwardedProperties {

    private boolean text;
    private @Nullable String contentType;
    private @Nullable String responseTopic;
    private byte @Nullable [] correlationData;
    private final List<UserProperty> userProperties = new ArrayList<>(0);

    private ForwardedProperties() {}

    /** @throws IllegalArgumentException if the body was not made by this listener */
    public static ForwardedProperties read(Body.Inline body) {
        ForwardedProperties read = new ForwardedProperties();
        ByteBuf in = Unpooled.wrappedBuffer(
                body.bytes(), PublishBody.propertiesFrom(body), PublishBody.propertiesLength(body));
        try {
            while (in.isReadable()) read.readOne(in);
        } catch (Refusal refusal) {
            throw new IllegalArgumentException("not an MQTT message body: " + refusal.sentence(), refusal);
        }
        return read;
    }

    private void readOne(ByteBuf in) {
        Property property = Property.ofId(Wire.unsignedByte(in));
        switch (property) {
            case PAYLOAD_FORMAT_INDICATOR -> text = Wire.unsignedByte(in) == 1;
            case CONTENT_TYPE -> contentType = Wire.string(in);
            case RESPONSE_TOPIC -> responseTopic = Wire.string(in);
            case CORRELATION_DATA -> correlationData = Wire.binary(in);
            case USER_PROPERTY -> userProperties.add(new UserProperty(Wire.string(in), Wire.string(in)));
            default -> throw Refusal.malformed(property + " is not forwarded");
        }
    }

    /** Whether the payload is said to be UTF-8 text (§3.3.2.3.2). */
    public boolean isText() {
        return text;
    }

    public Optional<String> contentType() {
        return Optional.ofNullable(contentType);
    }

    public Optional<String> responseTopic() {
        return Optional.ofNullable(responseTopic);
    }

    public Optional<byte[]> correlationData() {
        return Optional.ofNullable(correlationData);
    }

    public List<UserProperty> userProperties() {
        return userProperties;
    }

    public static Writer writer() {
        return new Writer();
    }

    /**
     * Makes a body from properties of another protocol. What MQTT cannot write, it writes as near as it can: a string loses
     * U+0000 (MQTT-1.5.4-2) and what lies beyond 65,535 bytes. Confined to the thread that uses it.
     */
    public static final class Writer {

        private final ByteBuf properties = Unpooled.buffer(64);

        private Writer() {}

        /** Properties as they are written already. */
        void copy(byte[] written, int from, int length) {
            properties.writeBytes(written, from, length);
        }

        public void text() {
            properties.writeByte(Property.PAYLOAD_FORMAT_INDICATOR.id()).writeByte(1);
        }

        public void contentType(String value) {
            properties.writeByte(Property.CONTENT_TYPE.id());
            writeString(value);
        }

        public void responseTopic(String value) {
            properties.writeByte(Property.RESPONSE_TOPIC.id());
            writeString(value);
        }

        public void correlationData(byte[] value) {
            int length = Math.min(value.length, Wire.MAX_LENGTH);
            properties
                    .writeByte(Property.CORRELATION_DATA.id())
                    .writeShort(length)
                    .writeBytes(value, 0, length);
        }

        public void userProperty(String name, String value) {
            properties.writeByte(Property.USER_PROPERTY.id());
            writeString(name);
            writeString(value);
        }

        private void writeString(String value) {
            // An unpaired surrogate becomes a question mark here (MQTT-1.5.4-1).
            byte[] bytes = value.replace("\0", "").getBytes(StandardCharsets.UTF_8);
            int length = Math.min(bytes.length, Wire.MAX_LENGTH);
            while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) length--; // never half a character
            properties.writeShort(length).writeBytes(bytes, 0, length);
        }

        /** The body with this payload. */
        public Body.Inline body(Body.Inline payload) {
            int length = properties.readableBytes();
            byte[] body = new byte[VariableByteInteger.size(length) + length + payload.size()];
            int at = VariableByteInteger.write(body, 0, length);
            properties.getBytes(0, body, at, length);
            System.arraycopy(payload.bytes(), payload.from(), body, at + length, payload.size());
            return Body.Inline.of(body);
        }
    }
}
