package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The properties of one packet other than PUBLISH (§2.2.2): each at most once, user properties in order. Immutable. */
public final class PropertySet {

    /** In one packet: the smallest have five bytes, and a packet is worked on in one turn of a loop. */
    private static final int MAX_USER_PROPERTIES = 4096;

    public static final PropertySet EMPTY = new PropertySet(new EnumMap<>(Property.class), List.of());

    /** A name and a value chosen by the sender; the same name may come again (§3.1.2.11.8). */
    public record UserProperty(String name, String value) {}

    private final Map<Property, Object> values;
    private final List<UserProperty> userProperties;

    private PropertySet(Map<Property, Object> values, List<UserProperty> userProperties) {
        this.values = values;
        this.userProperties = userProperties;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** An integer property, or {@code absent} where the packet does not carry it. */
    public long number(Property property, long absent) {
        Object value = values.get(property);
        return value == null ? absent : (Long) value;
    }

    public Optional<String> string(Property property) {
        return Optional.ofNullable((String) values.get(property));
    }

    public Optional<byte[]> binary(Property property) {
        return Optional.ofNullable((byte[]) values.get(property));
    }

    public boolean has(Property property) {
        return values.containsKey(property);
    }

    public List<UserProperty> userProperties() {
        return userProperties;
    }

    public boolean isEmpty() {
        return values.isEmpty() && userProperties.isEmpty();
    }

    /** The same without Reason String and User Properties: what is left out where they would not fit or are unwanted. */
    PropertySet withoutDiagnostics() {
        Map<Property, Object> kept = new EnumMap<>(Property.class);
        kept.putAll(values);
        kept.remove(Property.REASON_STRING);
        return new PropertySet(kept, List.of());
    }

    boolean hasDiagnostics() {
        return has(Property.REASON_STRING) || !userProperties.isEmpty();
    }

    /** Writes the property length and the properties (§2.2.2). */
    void write(ByteBuf out) {
        if (isEmpty()) {
            out.writeByte(0); // MQTT-2.2.2-1
            return;
        }
        ByteBuf block = out.alloc().heapBuffer();
        try {
            values.forEach((property, value) -> writeValue(block, property, value));
            for (UserProperty user : userProperties) {
                block.writeByte(Property.USER_PROPERTY.id());
                Wire.writeString(block, user.name());
                Wire.writeString(block, user.value());
            }
            VariableByteInteger.write(out, block.readableBytes());
            out.writeBytes(block);
        } finally {
            block.release();
        }
    }

    private static void writeValue(ByteBuf out, Property property, Object value) {
        out.writeByte(property.id());
        switch (property.type()) {
            case FLAG -> out.writeByte(((Long) value).intValue());
            case TWO_BYTES, POSITIVE_TWO_BYTES -> out.writeShort(((Long) value).intValue());
            case FOUR_BYTES, POSITIVE_FOUR_BYTES -> out.writeInt(((Long) value).intValue());
            case POSITIVE_VARIABLE -> VariableByteInteger.write(out, ((Long) value).intValue());
            case STRING -> Wire.writeString(out, (String) value);
            case BINARY -> Wire.writeBinary(out, (byte[]) value);
            case STRING_PAIR -> throw new IllegalStateException("user properties are kept apart");
        }
    }

    /**
     * Reads the property block of a packet: its length, then what belongs into {@code packet}.
     *
     * @throws Refusal on every breach of §2.2.2.2 and of the property's own section
     */
    static PropertySet read(ByteBuf in, PacketType packet) {
        int length = VariableByteInteger.read(in);
        if (length == 0) return EMPTY;
        Wire.need(in, length);
        ByteBuf block = in.readSlice(length);
        Builder read = new Builder();
        while (block.isReadable()) {
            Property property = Property.ofId(Wire.unsignedByte(block));
            if (!property.isAllowedIn(packet)) throw Refusal.malformed(property + " does not belong in " + packet);
            if (property == Property.USER_PROPERTY) {
                checkRoom(read.userProperties.size());
                read.userProperty(Wire.string(block), Wire.string(block)); // MQTT-1.5.7-1
            } else if (read.values.containsKey(property)) {
                throw Refusal.protocolError(property + " is there twice"); // its own section, e.g. §3.1.2.11.2
            } else {
                read.values.put(property, readValue(block, property));
            }
        }
        return read.build();
    }

    /** @param userProperties that a packet has already */
    static void checkRoom(int userProperties) {
        if (userProperties < MAX_USER_PROPERTIES) return;
        throw new Refusal(
                ReasonCode.QUOTA_EXCEEDED, "a packet has more than " + MAX_USER_PROPERTIES + " user properties");
    }

    private static Object readValue(ByteBuf in, Property property) {
        return switch (property.type()) {
            case STRING -> Wire.string(in);
            case BINARY -> Wire.binary(in);
            case STRING_PAIR -> throw new IllegalStateException("user properties are read apart");
            default -> readNumber(in, property);
        };
    }

    /** Reads an integer property's value and holds it against its range. */
    static long readNumber(ByteBuf in, Property property) {
        long value = switch (property.type()) {
            case FLAG -> Wire.unsignedByte(in);
            case TWO_BYTES, POSITIVE_TWO_BYTES -> Wire.unsignedShort(in);
            case FOUR_BYTES, POSITIVE_FOUR_BYTES -> Wire.unsignedInt(in);
            case POSITIVE_VARIABLE -> VariableByteInteger.read(in);
            default -> throw new IllegalStateException(property + " is not a number");
        };
        boolean inRange = switch (property.type()) {
            case FLAG -> value <= 1; // e.g. §3.1.2.11.7
            case POSITIVE_TWO_BYTES, POSITIVE_FOUR_BYTES, POSITIVE_VARIABLE -> value > 0; // e.g. §3.1.2.11.3
            default -> true;
        };
        if (!inRange) throw Refusal.protocolError(property + " cannot be " + value);
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PropertySet that
                && userProperties.equals(that.userProperties)
                && values.keySet().equals(that.values.keySet())
                && values.entrySet().stream()
                        .allMatch(e -> Objects.deepEquals(e.getValue(), that.values.get(e.getKey())));
    }

    @Override
    public int hashCode() {
        return Objects.hash(values.keySet(), userProperties);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        values.forEach((property, value) -> text.append(property)
                .append('=')
                .append(value instanceof byte[] bytes ? Arrays.toString(bytes) : value)
                .append(' '));
        return text.append(userProperties).append('}').toString();
    }

    /** Collects the properties of one packet. Confined to the thread that builds it. */
    public static final class Builder {

        private final Map<Property, Object> values = new EnumMap<>(Property.class);
        private final List<UserProperty> userProperties = new ArrayList<>(0);

        private Builder() {}

        public Builder with(Property property, long value) {
            values.put(property, value);
            return this;
        }

        public Builder with(Property property, String value) {
            values.put(property, value);
            return this;
        }

        public Builder with(Property property, byte[] value) {
            values.put(property, value);
            return this;
        }

        public Builder userProperty(String name, String value) {
            userProperties.add(new UserProperty(name, value));
            return this;
        }

        public PropertySet build() {
            return values.isEmpty() && userProperties.isEmpty()
                    ? EMPTY
                    : new PropertySet(values, List.copyOf(userProperties));
        }
    }
}
