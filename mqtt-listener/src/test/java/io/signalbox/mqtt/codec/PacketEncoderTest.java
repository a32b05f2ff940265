package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    private static Packet.Ack pubAckWithReasonString() {
        return new Packet.Ack(
                PacketType.PUBACK,
                7,
                ReasonCode.QUOTA_EXCEEDED,
                PropertySet.builder()
                        .with(Property.REASON_STRING, "full")
                        .userProperty("k", "v")
                        .build());
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

    /** MQTT-3.4.2-2, MQTT-3.4.2-3. */
    @Clause({"MQTT-3.4.2-2", "MQTT-3.4.2-3"})
    @Test
    void leavesOutTheReasonStringWhereItWouldNotFit() {
        assertTrue(v5(Property.MAXIMUM_PACKET_SIZE, 19).write(pubAckWithReasonString(), out));
        assertEquals("4003000797", Bytes.hex(out));
    }

    @Test
    void writesTheReasonStringWhereItJustFits() {
        assertTrue(v5(Property.MAXIMUM_PACKET_SIZE, 20).write(pubAckWithReasonString(), out));
        assertEquals(20, out.readableBytes());
    }

    /** MQTT-3.1.2-29. */
    @Clause("MQTT-3.1.2-29")
    @Test
    void writesNoReasonStringForWhoeverWantsNone() {
        assertTrue(v5(Property.REQUEST_PROBLEM_INFORMATION, 0).write(pubAckWithReasonString(), out));
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
