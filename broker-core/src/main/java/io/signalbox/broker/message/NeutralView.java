package io.signalbox.broker.message;

import java.util.List;
import java.util.Optional;

/**
 * A message as any protocol can read it: the payload and the properties that AMQP 1.0 and MQTT 5 both know.
 *
 * @param payload the application's bytes; for {@link PayloadKind#TEXT} they are UTF-8
 * @param contentType MIME type of the payload (AMQP properties, MQTT Content Type)
 * @param replyTo address for answers (AMQP reply-to, MQTT Response Topic)
 * @param correlationId bytes that tie an answer to its request (AMQP correlation-id, MQTT Correlation Data)
 * @param messageId the publisher's name for the message; MQTT has none
 * @param subject AMQP subject; MQTT has none
 * @param properties application properties (AMQP) and user properties (MQTT) in order, duplicates kept; among them, with
 *     {@link ReservedNames}, what one protocol has and the other has no field for
 */
public record NeutralView(
        Body.Inline payload,
        PayloadKind kind,
        Optional<String> contentType,
        Optional<String> replyTo,
        Optional<byte[]> correlationId,
        Optional<String> messageId,
        Optional<String> subject,
        List<Property> properties) {

    /** How the payload's bytes are to be read. */
    public enum PayloadKind {
        BINARY,
        TEXT
    }

    /**
     * One application or user property.
     *
     * @param value as {@code type} says
     */
    public record Property(String name, Object value, PropertyType type) {

        /** A property whose type is that of the Java value: a {@code Long} is an AMQP long. */
        public Property(String name, Object value) {
            this(name, value, PropertyType.of(value));
        }
    }

    public NeutralView {
        properties = List.copyOf(properties);
    }

    /** A view with a payload and nothing else. */
    public static NeutralView ofPayload(Body.Inline payload, PayloadKind kind) {
        return new NeutralView(
                payload,
                kind,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }
}
