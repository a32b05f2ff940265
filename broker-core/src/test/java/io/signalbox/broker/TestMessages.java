package io.signalbox.broker;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Messages for the core's own tests: the body is text, which is also the property {@code text}. */
public final class TestMessages {

    private static final MessageFormat TEXT = new MessageFormat() {
        @Override
        public byte id() {
            return 127;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            String text = new String(body.bytes(), body.from(), body.size(), StandardCharsets.UTF_8);
            return new NeutralView(
                    body,
                    NeutralView.PayloadKind.TEXT,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(new NeutralView.Property("text", text)));
        }
    };

    private TestMessages() {}

    public static Message durable(String address, String text) {
        return new Message(Envelope.of(address, true, 0), TEXT, Body.Inline.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    public static Message transientOne(String address, String text) {
        return new Message(Envelope.of(address, false, 0), TEXT, Body.Inline.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The same message with another priority. */
    public static Message withPriority(Message message, int priority) {
        Envelope old = message.envelope();
        Envelope envelope = new Envelope(
                old.address(), old.durable(), priority, old.expiresAtMillis(), old.publishedAtMillis(), old.marks());
        return new Message(envelope, message.format(), message.body());
    }

    /** The same message with a time to expire. */
    public static Message expiring(Message message, long expiresAtMillis) {
        Envelope old = message.envelope();
        Envelope envelope = new Envelope(
                old.address(), old.durable(), old.priority(), expiresAtMillis, old.publishedAtMillis(), old.marks());
        return new Message(envelope, message.format(), message.body());
    }

    public static Message expiring(String address, long expiresAtMillis) {
        Envelope envelope = new Envelope(address, true, Envelope.DEFAULT_PRIORITY, expiresAtMillis, 0);
        return new Message(envelope, TEXT, Body.Inline.of(new byte[1]));
    }

    public static Message withProperties(String address, NeutralView.Property... properties) {
        MessageFormat format = new MessageFormat() {
            @Override
            public byte id() {
                return 126;
            }

            @Override
            public NeutralView neutralView(Envelope envelope, Body.Inline body) {
                return new NeutralView(
                        body,
                        NeutralView.PayloadKind.BINARY,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(properties));
            }
        };
        return new Message(Envelope.of(address, true, 0), format, Body.Inline.of(new byte[0]));
    }

    public static String text(Message message) {
        Body.Inline body = message.content();
        return new String(body.bytes(), body.from(), body.size(), StandardCharsets.UTF_8);
    }
}
