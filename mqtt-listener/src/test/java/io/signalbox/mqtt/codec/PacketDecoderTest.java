package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PacketDecoderTest {

    static List<RawPackets.Good> good() {
        return RawPackets.all();
    }

    static List<BadPackets.Bad> badConnects() {
        return BadPackets.connects();
    }

    static List<BadPackets.Bad> badAfterConnect() {
        return BadPackets.afterConnect();
    }

    private static Wiretap tapFor(RawPackets.Good raw) {
        return raw.packet() instanceof Packet.Connect
                ? Wiretap.beforeConnect(65536)
                : Wiretap.connected(raw.version(), raw.direction());
    }

    @Clause({"MQTT-3.1.3-1", "MQTT-3.3.2-1"})
    @ParameterizedTest
    @MethodSource("good")
    void readsAWellFormedPacket(RawPackets.Good raw) {
        Wiretap tap = tapFor(raw);
        tap.feed(raw.bytes());
        assertEquals(
                List.of(PacketText.of(raw.packet())),
                tap.packets.stream().map(PacketText::of).toList());
    }

    @ParameterizedTest
    @MethodSource("good")
    void readsTheSamePacketByteByByte(RawPackets.Good raw) {
        Wiretap tap = tapFor(raw);
        byte[] bytes = Bytes.of(raw.bytes());
        for (int i = 0; i < bytes.length; i++) {
            assertTrue(tap.packets.isEmpty(), "a packet before its last byte");
            tap.feed(new byte[] {bytes[i]});
        }
        assertEquals(
                List.of(PacketText.of(raw.packet())),
                tap.packets.stream().map(PacketText::of).toList());
    }

    /** A packet whose remaining length is shorter than its fields is refused, at every length; optional tails excepted. */
    @ParameterizedTest
    @MethodSource("good")
    void neverReadsBeyondThePacketsEnd(RawPackets.Good raw) {
        byte[] bytes = Bytes.of(raw.bytes());
        for (int length = 0; length < bytes.length - 2; length++) {
            byte[] cut = Arrays.copyOf(bytes, 2 + length);
            cut[1] = (byte) length;
            Wiretap tap = tapFor(raw);
            byte[] canary = Bytes.of("c0 00");
            try {
                tap.feed(Unpooled.wrappedBuffer(cut, canary));
            } catch (Refusal refusal) {
                continue; // what a cut packet deserves
            }
            assertTrue(tap.packets.size() <= 2, "read more packets than were sent");
        }
    }

    @ParameterizedTest
    @MethodSource("badConnects")
    void refusesABadConnect(BadPackets.Bad bad) {
        Wiretap tap = Wiretap.beforeConnect(65536);
        Refusal refusal = assertThrows(Refusal.class, () -> tap.feed(bad.bytes()));
        assertEquals(bad.reason(), refusal.reason(), refusal.getMessage());
    }

    @ParameterizedTest
    @MethodSource("badAfterConnect")
    void refusesABadPacket(BadPackets.Bad bad) {
        Wiretap tap = Wiretap.connected(bad.version(), bad.direction());
        Refusal refusal = assertThrows(Refusal.class, () -> tap.feed(bad.bytes()));
        assertEquals(bad.reason(), refusal.reason(), refusal.getMessage());
    }

    @Test
    void theVersionIsKnownWhenTheRestOfConnectIsRefused() {
        Wiretap tap = Wiretap.beforeConnect(100);
        assertEquals(Optional.empty(), tap.reader.version());
        assertThrows(Refusal.class, () -> tap.feed("10 0d 00 04 'MQTT' 05 01 00 00 00 00 00"));
        assertEquals(Optional.of(ProtocolVersion.V5), tap.reader.version());
    }

    /** MQTT-1.5.5-1 came with 5.0; 3.1.1 §2.2.3 does not ask for the shortest form. */
    @Test
    void version3TakesALongFormOfTheRemainingLength() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V3_1_1, Direction.TO_SERVER);
        tap.feed("30 84 80 00 00 01 'a' 'h'");
        assertEquals(1, tap.packets.size());
    }

    /** MQTT-1.5.4-3. */
    @Clause("MQTT-1.5.4-3")
    @Test
    void aByteOrderMarkIsPartOfTheTopic() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        tap.feed("30 07 00 04 efbbbf 'a' 00");
        assertEquals("\uFEFFa", ((Packet.Publish) tap.packets.get(0)).topic());
    }

    @Test
    void whatIsForThisConnectionOnlyIsCutOutOfTheForwardedProperties() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        tap.feed("30 1b 00 01 'a' 15 03 00 01 't' 02 00000009 26 00 01 'k' 00 01 'v' 23 00 02 01 01 'hi'");
        Packet.Publish publish = (Packet.Publish) tap.packets.get(0);
        assertEquals(9, publish.expirySeconds());
        assertEquals(2, publish.topicAlias());
        assertEquals(
                Bytes.hex(Bytes.of("0d 03 00 01 't' 26 00 01 'k' 00 01 'v' 01 01 'hi'")),
                PacketText.of(publish.body()));
    }

    /** So many times the filter {@code a}, after a packet identifier and no properties. */
    private static ByteBuf filters(int firstByte, int count, String one) {
        ByteBuf filters = Unpooled.buffer();
        for (int i = 0; i < count; i++) filters.writeBytes(Bytes.of(one));
        ByteBuf packet = Unpooled.buffer().writeByte(firstByte);
        VariableByteInteger.write(packet, filters.readableBytes() + 3);
        return packet.writeBytes(Bytes.of("00 07 00")).writeBytes(filters);
    }

    @Test
    void aPacketNamesOnlySoManyFilters() {
        Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
        tap.feed(filters(0x82, 2048, "00 01 'a' 00"));
        tap.feed(filters(0xa2, 2048, "00 01 'a'"));
        assertEquals(2, tap.packets.size());
        for (ByteBuf bad : List.of(filters(0x82, 2049, "00 01 'a' 00"), filters(0xa2, 2049, "00 01 'a'"))) {
            Wiretap other = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
            Refusal refusal = assertThrows(Refusal.class, () -> other.feed(bad));
            assertEquals(ReasonCode.QUOTA_EXCEEDED, refusal.reason());
        }
    }

    /** PUBLISH or SUBSCRIBE, both to {@code a}. */
    private static ByteBuf userProperties(PacketType type, int count) {
        ByteBuf properties = Unpooled.buffer();
        for (int i = 0; i < count; i++) properties.writeBytes(Bytes.of("26 00 01 'k' 00 01 'v'"));
        ByteBuf content = Unpooled.buffer().writeBytes(Bytes.of(type == PacketType.PUBLISH ? "00 01 'a'" : "00 07"));
        VariableByteInteger.write(content, properties.readableBytes());
        content.writeBytes(properties);
        if (type == PacketType.SUBSCRIBE) content.writeBytes(Bytes.of("00 01 'a' 00"));
        ByteBuf packet = Unpooled.buffer().writeByte(type == PacketType.PUBLISH ? 0x30 : 0x82);
        VariableByteInteger.write(packet, content.readableBytes());
        return packet.writeBytes(content);
    }

    @Test
    void aPacketHasOnlySoManyUserProperties() {
        for (PacketType type : List.of(PacketType.PUBLISH, PacketType.SUBSCRIBE)) {
            Wiretap tap = Wiretap.connected(ProtocolVersion.V5, Direction.TO_SERVER);
            tap.feed(userProperties(type, 4096));
            assertEquals(1, tap.packets.size());
            Refusal refusal = assertThrows(Refusal.class, () -> tap.feed(userProperties(type, 4097)));
            assertEquals(ReasonCode.QUOTA_EXCEEDED, refusal.reason());
        }
    }
}
