package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/** Makes well-formed packets from a seed. */
final class PacketGenerator {

    private static final String[] TEXTS = {"", "a", "temp/7", "ü", "\uFEFF", "𝄞", "x".repeat(300), "\u0001", "日本"};

    private final Random random;
    private final ProtocolVersion version;
    private final Direction direction;

    PacketGenerator(long seed, ProtocolVersion version, Direction direction) {
        this.random = new Random(seed);
        this.version = version;
        this.direction = direction;
    }

    Packet next() {
        List<Supplier<Packet>> kinds = new ArrayList<>(List.of(
                this::publish,
                () -> ack(PacketType.PUBACK),
                () -> ack(PacketType.PUBREC),
                () -> ack(PacketType.PUBREL),
                () -> ack(PacketType.PUBCOMP)));
        if (direction == Direction.TO_SERVER) {
            kinds.addAll(List.of(this::subscribe, this::unsubscribe, Packet.PingReq::new));
        } else {
            kinds.addAll(List.of(this::connAck, this::subAck, this::unsubAck, Packet.PingResp::new));
        }
        if (version.isV5()) kinds.addAll(List.of(this::disconnect, this::auth));
        return kinds.get(random.nextInt(kinds.size())).get();
    }

    Packet.Connect connect() {
        Optional<String> userName = random.nextBoolean() ? Optional.of(text()) : Optional.empty();
        boolean password = random.nextBoolean() && (version.isV5() || userName.isPresent());
        PropertySet properties = properties(PacketType.CONNECT);
        if (properties.has(Property.AUTHENTICATION_DATA) && !properties.has(Property.AUTHENTICATION_METHOD)) {
            properties = PropertySet.EMPTY;
        }
        return new Packet.Connect(
                version,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(65536),
                text(),
                random.nextBoolean() ? Optional.of(will()) : Optional.empty(),
                userName,
                password ? Optional.of(bytes(20)) : Optional.empty(),
                properties);
    }

    private Packet.Will will() {
        long delay = version.isV5() && random.nextBoolean() ? unsignedInt() : 0;
        return new Packet.Will("w/" + text(), random.nextInt(3), random.nextBoolean(), delay, expiry(), body(300));
    }

    private Packet publish() {
        int qos = random.nextInt(3);
        int alias = version.isV5() && random.nextInt(4) == 0 ? 1 + random.nextInt(65535) : 0;
        List<Integer> ids = new ArrayList<>();
        while (version.isV5() && direction == Direction.TO_CLIENT && random.nextInt(3) == 0) {
            ids.add(1 + random.nextInt(VariableByteInteger.MAX));
        }
        return new Packet.Publish(
                qos > 0 && random.nextBoolean(),
                qos,
                random.nextBoolean(),
                alias > 0 && random.nextBoolean() ? "" : "t/" + text(),
                qos == 0 ? 0 : packetId(),
                expiry(),
                alias,
                ids,
                body(random.nextInt(8) == 0 ? 40_000 : 60));
    }

    private long expiry() {
        return version.isV5() && random.nextBoolean() ? unsignedInt() : Packet.Publish.NO_EXPIRY;
    }

    private Body.Inline body(int mostPayload) {
        if (!version.isV5()) return PublishBody.ofPayload(bytes(mostPayload));
        ByteBuf properties = Unpooled.buffer();
        if (random.nextBoolean()) properties.writeByte(0x01).writeByte(random.nextInt(2));
        int userProperties = random.nextInt(4);
        for (int i = 0; i < userProperties; i++) {
            properties.writeByte(0x26);
            Wire.writeString(properties, text());
            Wire.writeString(properties, text());
        }
        if (random.nextBoolean()) {
            properties.writeByte(0x03);
            Wire.writeString(properties, text());
        }
        if (random.nextBoolean()) {
            properties.writeByte(0x08);
            Wire.writeString(properties, "r" + text());
        }
        if (random.nextBoolean()) {
            properties.writeByte(0x09);
            Wire.writeBinary(properties, bytes(20));
        }
        ByteBuf body = Unpooled.buffer();
        VariableByteInteger.write(body, properties.readableBytes());
        body.writeBytes(properties).writeBytes(bytes(mostPayload));
        byte[] result = new byte[body.readableBytes()];
        body.readBytes(result);
        return Body.Inline.of(result);
    }

    private Packet ack(PacketType type) {
        if (!version.isV5()) return new Packet.Ack(type, packetId(), ReasonCode.SUCCESS, PropertySet.EMPTY);
        return new Packet.Ack(type, packetId(), reason(type), properties(type));
    }

    private Packet subscribe() {
        List<Packet.SubscriptionRequest> requests = new ArrayList<>();
        do {
            boolean v5 = version.isV5();
            requests.add(new Packet.SubscriptionRequest(
                    filter(),
                    random.nextInt(3),
                    v5 && random.nextBoolean(),
                    v5 && random.nextBoolean(),
                    v5 ? random.nextInt(3) : 0));
        } while (random.nextBoolean());
        return new Packet.Subscribe(packetId(), requests, properties(PacketType.SUBSCRIBE));
    }

    private String filter() {
        return switch (random.nextInt(4)) {
            case 0 -> "#";
            case 1 -> "+/" + text();
            case 2 -> "a/" + text() + "/#";
            default -> "$SYS/" + text();
        };
    }

    private Packet unsubscribe() {
        return new Packet.Unsubscribe(packetId(), List.of(filter(), filter()), properties(PacketType.UNSUBSCRIBE));
    }

    private Packet connAck() {
        ReasonCode reason =
                version.isV5() ? reason(PacketType.CONNACK) : ReasonCode.ofConnectReturnCode(random.nextInt(6));
        boolean present = reason == ReasonCode.SUCCESS && version != ProtocolVersion.V3_1 && random.nextBoolean();
        return new Packet.ConnAck(present, reason, properties(PacketType.CONNACK));
    }

    private Packet subAck() {
        List<ReasonCode> reasons = version.isV5()
                ? List.of(reason(PacketType.SUBACK), reason(PacketType.SUBACK))
                : List.of(ReasonCode.granted(random.nextInt(3)), ReasonCode.UNSPECIFIED_ERROR);
        return new Packet.SubAck(packetId(), reasons, properties(PacketType.SUBACK));
    }

    private Packet unsubAck() {
        List<ReasonCode> reasons = version.isV5() ? List.of(reason(PacketType.UNSUBACK)) : List.of();
        return new Packet.UnsubAck(packetId(), reasons, properties(PacketType.UNSUBACK));
    }

    private Packet disconnect() {
        PropertySet.Builder properties = PropertySet.builder();
        if (direction == Direction.TO_SERVER && random.nextBoolean()) {
            properties.with(Property.SESSION_EXPIRY_INTERVAL, unsignedInt());
        }
        if (random.nextBoolean())
            properties.with(Property.REASON_STRING, text()).userProperty(text(), text());
        return new Packet.Disconnect(reason(PacketType.DISCONNECT), properties.build());
    }

    private Packet auth() {
        return new Packet.Auth(
                reason(PacketType.AUTH),
                PropertySet.builder()
                        .with(Property.AUTHENTICATION_METHOD, text())
                        .build());
    }

    private ReasonCode reason(PacketType type) {
        ReasonCode[] all = ReasonCode.values();
        while (true) {
            ReasonCode reason = all[random.nextInt(all.length)];
            if (reason.isAllowedIn(type)) return reason;
        }
    }

    private PropertySet properties(PacketType type) {
        PropertySet.Builder properties = PropertySet.builder();
        if (!version.isV5()) return PropertySet.EMPTY;
        for (Property property : Property.values()) {
            if (!property.isAllowedIn(type) || random.nextBoolean()) continue;
            switch (property.type()) {
                case FLAG -> properties.with(property, random.nextInt(2));
                case TWO_BYTES -> properties.with(property, random.nextInt(65536));
                case POSITIVE_TWO_BYTES -> properties.with(property, 1 + random.nextInt(65535));
                case FOUR_BYTES -> properties.with(property, unsignedInt());
                case POSITIVE_FOUR_BYTES -> properties.with(property, 1 + unsignedInt() / 2);
                case POSITIVE_VARIABLE -> properties.with(property, 1 + random.nextInt(VariableByteInteger.MAX));
                case STRING -> properties.with(property, text());
                case BINARY -> properties.with(property, bytes(20));
                case STRING_PAIR -> properties.userProperty(text(), text()).userProperty(text(), text());
            }
        }
        return properties.build();
    }

    private int packetId() {
        return 1 + random.nextInt(65535);
    }

    private long unsignedInt() {
        return random.nextInt() & 0xFFFF_FFFFL;
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }
}
