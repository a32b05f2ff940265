package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.retained.RetainedCursor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The message annotation by which an AMQP sender leaves a topic's last value. */
class RetentionTest extends OneSession {

    private int deliveries;

    @BeforeEach
    void attach() throws Exception {
        peer.attachSender(0, "topic://t");
    }

    private static byte[] message(String text, boolean retain) {
        ByteBuf out = Unpooled.buffer();
        ByteBufSink sink = new ByteBufSink(out);
        out.writeBytes(new MessageHeader(true, 4, MessageHeader.NO_TTL, false, 0).encode());
        Map<Symbol, Object> annotations = Map.of(Symbol.valueOf("x-opt-retain"), retain);
        PerformativeCodec.ofThread().encode(new MessageAnnotations(annotations), sink);
        PerformativeCodec.ofThread().encode(new Data(new Binary(text.getBytes(StandardCharsets.UTF_8))), sink);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private DeliveryState answerTo(byte[] message) throws Exception {
        peer.send(0, TestPeer.transfer(0, deliveries++), message);
        return peer.expect(Disposition.class).getState();
    }

    private String retained() {
        RetainedCursor cursor = broker.host.retained().read("t");
        if (cursor.step() != RetainedCursor.Step.FOUND) return "";
        NeutralView view = cursor.message().neutralView();
        return new String(
                view.payload().bytes(), view.payload().from(), view.payload().size(), StandardCharsets.UTF_8);
    }

    @Test
    void anAnnotatedMessageIsItsTopicsLastValueUntilAnEmptyOne() throws Exception {
        assertInstanceOf(Released.class, answerTo(message("first", true)));
        assertInstanceOf(Released.class, answerTo(message("second", true)));
        assertInstanceOf(Released.class, answerTo(message("third", false)));
        assertEquals("second", retained());
        assertInstanceOf(Released.class, answerTo(message("", true)));
        assertEquals("", retained());
        assertEquals(0, broker.host.retained().messages());
    }

    @Test
    void anAddressThatIsNoTopicIsRejected() throws Exception {
        peer.attachSender(1, "/exchanges/topics");
        peer.send(0, TestPeer.transfer(1, deliveries++), message("m", true));
        DeliveryState state = peer.expect(Disposition.class).getState();
        assertEquals(
                AmqpError.NOT_ALLOWED,
                assertInstanceOf(Rejected.class, state).getError().getCondition());
    }

    @Test
    void whatCannotBeReadIsRejectedAndCostsNobodyItsConnection() throws Exception {
        ByteBuf out = Unpooled.buffer();
        Map<Symbol, Object> annotations = Map.of(Symbol.valueOf("x-opt-retain"), true);
        PerformativeCodec.ofThread().encode(new MessageAnnotations(annotations), new ByteBufSink(out));
        out.writeBytes(Hex.bytes("005373 c005 04 40 40 40 41")); // a properties section whose subject is a boolean
        PerformativeCodec.ofThread().encode(new Data(new Binary(new byte[] {'x'})), new ByteBufSink(out));
        DeliveryState state = answerTo(Arrays.copyOf(out.array(), out.writerIndex()));
        assertEquals(
                AmqpError.DECODE_ERROR,
                assertInstanceOf(Rejected.class, state).getError().getCondition());
        assertInstanceOf(Released.class, answerTo(message("next", true)));
    }
}
