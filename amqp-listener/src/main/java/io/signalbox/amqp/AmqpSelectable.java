package io.signalbox.amqp;

import io.signalbox.broker.filter.Field;
import io.signalbox.broker.filter.Selectable;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a filter sees of an AMQP message: its envelope, its properties and its application properties (AMQP 1.0 §3.2.4,
 * §3.2.5). The body stays as it is. Immutable.
 */
final class AmqpSelectable implements Selectable {

    private final Envelope envelope;
    private Properties properties = new Properties();
    private Map<?, ?> applicationProperties = Map.of();

    /** @throws IllegalArgumentException if the sections before the body cannot be decoded */
    AmqpSelectable(Envelope envelope, Body.Inline body) {
        this.envelope = envelope;
        try {
            AmqpMessages.forEachSectionBeforeBody(body.bytes(), body.from(), body.to(), (code, from, valueFrom, to) -> {
                if (code != AmqpMessages.PROPERTIES && code != AmqpMessages.APPLICATION_PROPERTIES) return;
                Object section = PerformativeCodec.ofThread().decode(body.bytes(), from, to);
                if (section instanceof Properties found) properties = found;
                if (section instanceof ApplicationProperties found && found.getValue() != null) {
                    applicationProperties = found.getValue();
                }
            });
        } catch (Refusal e) {
            throw new IllegalArgumentException("not an AMQP 1.0 message: " + e.sentence(), e);
        }
    }

    @Override
    public @Nullable Object field(Field field) {
        return switch (field) {
            case JMS_DELIVERY_MODE -> envelope.jmsDeliveryMode();
            case DURABLE -> envelope.durable();
            case JMS_PRIORITY, PRIORITY -> envelope.priority();
            case JMS_TIMESTAMP, CREATION_TIME -> properties.getCreationTime();
            case ABSOLUTE_EXPIRY_TIME -> properties.getAbsoluteExpiryTime();
            case TO -> properties.getTo();
            case JMS_MESSAGE_ID -> JmsIds.messageId(properties.getMessageId());
            case JMS_CORRELATION_ID -> JmsIds.correlationId(properties.getCorrelationId());
            case MESSAGE_ID -> idValue(properties.getMessageId());
            case CORRELATION_ID -> idValue(properties.getCorrelationId());
            case JMS_TYPE, SUBJECT -> properties.getSubject();
            case REPLY_TO -> properties.getReplyTo();
            case CONTENT_TYPE -> textOf(properties.getContentType());
            case CONTENT_ENCODING -> textOf(properties.getContentEncoding());
            case JMS_GROUP_ID, GROUP_ID -> properties.getGroupId();
            case JMS_GROUP_SEQUENCE, GROUP_SEQUENCE -> properties.getGroupSequence();
            case JMS_USER_ID, USER_ID ->
                properties.getUserId() == null
                        ? null
                        : new String(
                                AmqpFormat.bytesOf(properties.getUserId()), java.nio.charset.StandardCharsets.UTF_8);
            case REPLY_TO_GROUP_ID -> properties.getReplyToGroupId();
        };
    }

    private static @Nullable Object idValue(@Nullable Object id) {
        return id == null ? null : PropertyValues.toNeutral("", id).value();
    }

    private static @Nullable String textOf(@Nullable Object symbol) {
        return symbol == null ? null : symbol.toString();
    }

    @Override
    public @Nullable Object property(String name) {
        Object value = applicationProperties.get(name);
        return value == null ? null : PropertyValues.toNeutral(name, value).value();
    }
}
