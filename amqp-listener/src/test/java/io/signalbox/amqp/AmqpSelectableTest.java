package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.filter.Field;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.filter.Selectable;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

class AmqpSelectableTest {

    private static final Envelope ENVELOPE = new Envelope("q", true, 7, Envelope.NEVER, 0);

    private static Selectable message(Object... sections) {
        ByteBuf out = Unpooled.buffer();
        for (Object section : sections) PerformativeCodec.ofThread().encode(section, new ByteBufSink(out));
        Body.Inline body = Body.Inline.of(Arrays.copyOf(out.array(), out.writerIndex()));
        return AmqpFormat.INSTANCE.selectable(ENVELOPE, body);
    }

    private static Properties withId(Object id) {
        Properties properties = new Properties();
        properties.setMessageId(id);
        properties.setCorrelationId(id);
        return properties;
    }

    @Test
    void headersAndPropertiesHaveTheNamesOfJmsAndOfAmqp() {
        Properties properties = new Properties();
        properties.setSubject("type");
        properties.setCreationTime(Date.from(Instant.ofEpochMilli(5)));
        properties.setContentType(Symbol.valueOf("text/plain"));
        properties.setGroupId("g");
        properties.setGroupSequence(UnsignedInteger.valueOf(3));
        properties.setUserId(new Binary(new byte[] {'m', 'e'}));
        properties.setTo("queue");
        Selectable message = message(
                properties,
                new ApplicationProperties(Map.of("n", 1, "u", UnsignedLong.valueOf(-1L))),
                new AmqpValue("x"));
        String selector = "JMSDeliveryMode = 'PERSISTENT' AND JMSPriority = 7 AND JMSType = 'type' AND JMSTimestamp = 5"
                + " AND JMSXGroupID = 'g' AND JMSXGroupSeq = 3 AND JMSXUserID = 'me' AND amqp.durable"
                + " AND amqp.content_type = 'text/plain' AND amqp.to = 'queue' AND n = 1"
                + " AND u > 9223372036854775807 AND amqp.reply_to IS NULL AND missing IS NULL";
        assertTrue(Filter.ofSelector(selector).matches(message));
    }

    @Test
    void anIdIsSelectedByAsAJmsClientShowsIt() {
        UUID uuid = new UUID(1, 2);
        Object[][] ids = {
            {"ID:1", "ID:1", "ID:1"},
            {"plain", "ID:AMQP_NO_PREFIX:plain", "plain"},
            {"ID:AMQP_UUID:x", "ID:AMQP_STRING:ID:AMQP_UUID:x", "ID:AMQP_STRING:ID:AMQP_UUID:x"},
            {uuid, "ID:AMQP_UUID:" + uuid, "ID:AMQP_UUID:" + uuid},
            {UnsignedLong.valueOf(9), "ID:AMQP_ULONG:9", "ID:AMQP_ULONG:9"},
            {new Binary(new byte[] {(byte) 0xab}), "ID:AMQP_BINARY:AB", "ID:AMQP_BINARY:AB"},
        };
        for (Object[] id : ids) {
            Selectable message = message(withId(id[0]));
            assertEquals(id[1], message.field(Field.JMS_MESSAGE_ID));
            assertEquals(id[2], message.field(Field.JMS_CORRELATION_ID));
        }
        assertEquals("plain", message(withId("plain")).field(Field.MESSAGE_ID));
        assertNull(message(new Properties()).field(Field.JMS_MESSAGE_ID));
    }

    @Test
    void aMessageWithoutPropertiesHasNone() {
        Selectable message = message(new AmqpValue("x"));
        assertFalse(Filter.ofSelector("a = 1").matches(message));
        assertTrue(Filter.ofSelector("a IS NULL AND JMSMessageID IS NULL").matches(message));
    }

    @Test
    void whatIsNoMessageIsRefused() {
        byte[] broken = {0, 0x53, 0x74, (byte) 0xc1, 50, 2};
        assertThrows(
                IllegalArgumentException.class, () -> AmqpFormat.INSTANCE.selectable(ENVELOPE, Body.Inline.of(broken)));
    }
}
