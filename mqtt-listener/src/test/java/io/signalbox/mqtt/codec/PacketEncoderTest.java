package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.testkit.Clause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PacketEncoderTest {

    private final ByteBuf out = Unpooled.buffer();

    static List<RawPackets.Good> good() {
        return RawPackets.all();
    }

    private static PacketEncoder v5(Property property, long value) {
        return new PacketEncoder(
                ProtocolVersion.V5, PropertySet.builder().with(property, value).build());
    }

    private static Packet.Publish publish(String body) {
        return new Packet.Publish(
                false, 0, false, "a", 0, Packet.Publish.NO_EXPIRY, 0, List.of(), PublishBody.ofPayload(Bytes.of(body)));
    }

    @ParameterizedTest
    @MethodSource("good")
    void writesTheNamedBytes(RawPackets.Good raw) {
        assertTrue(new PacketEncoder(raw.version()).write(raw.packet(), out));
        assertEquals(Bytes.hex(Bytes.of(raw.bytes())), Bytes.hex(out));
    }

    private static PropertySet why(boolean sentence, boolean userProperty) {
        PropertySet.Builder why = PropertySet.builder();
        if (sentence) why.with(Property.REASON_STRING, "full");
        if (userProperty) why.userProperty("k", "v");
        return why.build();
    }

    /** Every packet that may say why. */
    private static List<Packet> sayingWhy(PropertySet why) {
        return List.of(
                new Packet.ConnAck(false, ReasonCode.NOT_AUTHORIZED, why),
                new Packet.Ack(PacketType.PUBACK, 7, ReasonCode.QUOTA_EXCEEDED, why),
                new Packet.Ack(PacketType.PUBREC, 7, ReasonCode.QUOTA_EXCEEDED, why),
                new Packet.Ack(PacketType.PUBREL, 7, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, why),
                new Packet.Ack(PacketType.PUBCOMP, 7, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, why),
                new Packet.SubAck(7, List.of(ReasonCode.QUOTA_EXCEEDED), why),
                new Packet.UnsubAck(7, List.of(ReasonCode.NO_SUBSCRIPTION_EXISTED), why),
                new Packet.Disconnect(ReasonCode.NOT_AUTHORIZED, why),
                new Packet.Auth(ReasonCode.CONTINUE_AUTHENTICATION, why));
    }

    private static String written(long maximumPacketSize, Packet packet) {
        ByteBuf written = Unpooled.buffer();
        assertTrue(v5(Property.MAXIMUM_PACKET_SIZE, maximumPacketSize).write(packet, written));
        return Bytes.hex(written);
    }

    /** They are there where they just fit, and left out where one byte is missing. */
    @Clause({
        "MQTT-3.2.2-19",
        "MQTT-3.2.2-20",
        "MQTT-3.4.2-2",
        "MQTT-3.4.2-3",
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3",
        "MQTT-3.9.2-1",
        "MQTT-3.9.2-2",
        "MQTT-3.11.2-1",
        "MQTT-3.11.2-2",
        "MQTT-3.14.2-3",
        "MQTT-3.14.2-4",
        "MQTT-3.15.2-2",
        "MQTT-3.15.2-3"
    })
    @Test
    void leavesOutReasonStringAndUserPropertiesWhereTheyWouldNotFit() {
        List<Packet> bare = sayingWhy(PropertySet.EMPTY);
        for (PropertySet why : List.of(why(true, false), why(false, true), why(true, true))) {
            List<Packet> packets = sayingWhy(why);
            for (int i = 0; i < packets.size(); i++) {
                String whole = written(PacketEncoder.UNLIMITED, packets.get(i));
                int bytes = whole.length() / 2;
                assertEquals(whole, written(bytes, packets.get(i)));
                assertEquals(written(bytes - 1, bare.get(i)), written(bytes - 1, packets.get(i)));
                assertNotEquals(whole, written(bytes - 1, packets.get(i)));
            }
        }
    }

    @Test
    void tellsWhatThePeerTakes() {
        Packet packet = new Packet.ConnAck(false, ReasonCode.SUCCESS, why(true, false));
        assertTrue(v5(Property.MAXIMUM_PACKET_SIZE, 5).takes(packet));
        assertFalse(v5(Property.MAXIMUM_PACKET_SIZE, 4).takes(packet));
        assertTrue(new PacketEncoder(ProtocolVersion.V5).takes(packet));
    }

    /** MQTT-3.1.2-29. */
    @Clause("MQTT-3.1.2-29")
    @Test
    void writesNoReasonStringForWhoeverWantsNone() {
        assertTrue(v5(Property.REQUEST_PROBLEM_INFORMATION, 0)
                .write(sayingWhy(why(true, true)).get(1), out));
        assertEquals("4003000797", Bytes.hex(out));
    }

    /** MQTT-3.1.2-24. */
    @Clause("MQTT-3.1.2-24")
    @Test
    void writesNothingOfAPublishThatIsTooLarge() {
        PacketEncoder encoder = v5(Property.MAXIMUM_PACKET_SIZE, 8);
        assertTrue(encoder.write(publish("'hi'"), out));
        out.clear();
        assertFalse(encoder.write(publish("'hi!'"), out));
        assertEquals(0, out.readableBytes());
    }

    /** 3.1.1 MQTT-3.9.3-2. */
    @Test
    void everyFailedSubscriptionIs0x80InVersion3() {
        Packet.SubAck packet = new Packet.SubAck(
                7, List.of(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED, ReasonCode.GRANTED_QOS_1), PropertySet.EMPTY);
        new PacketEncoder(ProtocolVersion.V3_1_1).write(packet, out);
        assertEquals("900400078001", Bytes.hex(out));
    }

    @Test
    void version3_1HasNoSessionPresentFlag() {
        new PacketEncoder(ProtocolVersion.V3_1)
                .write(new Packet.ConnAck(true, ReasonCode.SUCCESS, PropertySet.EMPTY), out);
        assertEquals("20020000", Bytes.hex(out));
    }

    @Test
    void aVersion3SubscriberGetsThePayloadWithoutTheProperties() {
        Packet.Publish packet = (Packet.Publish) RawPackets.publishes().stream()
                .filter(raw -> raw.name().startsWith("PUBLISH with forwarded"))
                .findFirst()
                .orElseThrow()
                .packet();
        new PacketEncoder(ProtocolVersion.V3_1_1).write(packet, out);
        assertEquals(Bytes.hex(Bytes.of("32 07 00 01 'a' 00 07 'hi'")), Bytes.hex(out));
    }
}
