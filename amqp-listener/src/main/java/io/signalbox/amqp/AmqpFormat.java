package io.signalbox.amqp;

import io.signalbox.broker.filter.Selectable;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.PayloadFinder;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * Messages as AMQP 1.0 writes them. The body in the core is every section but header and delivery annotations, byte for
 * byte as the sender wrote it: the bare message is immutable (AMQP 1.0 §3.2). Stateless and thread-safe.
 */
public final class AmqpFormat implements MessageFormat {

    /** The only instance: the format has no state. */
    public static final AmqpFormat INSTANCE = new AmqpFormat();

    /** Content type of a payload that holds AMQP-encoded body sections, since no bytes of its own could (RabbitMQ's name). */
    static final String ENCODED_SECTIONS_TYPE = "message/vnd.rabbitmq.amqp";

    /** Message annotation that holds user properties whose names repeat: name, value, name, value, and so on. */
    static final Symbol USER_PROPERTIES = Symbol.valueOf("x-opt-mqtt-user-properties");

    /** Message annotation for a content type of MQTT that is no symbol. */
    static final Symbol CONTENT_TYPE = Symbol.valueOf("x-opt-mqtt-content-type");

    private AmqpFormat() {}

    @Override
    public byte id() {
        return 2;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        try {
            NeutralViewBuilder view = new NeutralViewBuilder(body);
            AmqpMessages.forEachSection(body.bytes(), body.from(), body.to(), view);
            return view.build();
        } catch (Refusal e) {
            throw new IllegalArgumentException("not an AMQP 1.0 message: " + e.sentence(), e);
        }
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Large body) {
        Body.Inline head = body.head();
        try {
            NeutralViewBuilder view = new NeutralViewBuilder(head);
            AmqpMessages.forEachSectionBeforeBody(head.bytes(), head.from(), head.to(), view);
            return view.buildLarge(LargePayloadFinder.of(head).isText());
        } catch (Refusal e) {
            throw new IllegalArgumentException("not an AMQP 1.0 message: " + e.sentence(), e);
        }
    }

    @Override
    public PayloadFinder payloadFinder(Body.Large body) {
        try {
            return LargePayloadFinder.of(body.head());
        } catch (Refusal e) {
            throw new IllegalArgumentException("not an AMQP 1.0 message: " + e.sentence(), e);
        }
    }

    @Override
    public Selectable selectable(Envelope envelope, Body.Inline body) {
        return new AmqpSelectable(envelope, body);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytesOf(Binary binary) {
        byte[] bytes = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), bytes, 0, bytes.length);
        return bytes;
    }
}
