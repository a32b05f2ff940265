package io.signalbox.broker.filter;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What of a message a filter may name beside the application's own properties: the header fields that JMS lets a selector
 * use (JMS 2.0 §3.8.1.1), and header and properties of AMQP 1.0 (§3.2) under the names Apache Qpid gave them.
 */
public enum Field {
    JMS_DELIVERY_MODE("JMSDeliveryMode"),
    JMS_PRIORITY("JMSPriority"),
    JMS_MESSAGE_ID("JMSMessageID"),
    JMS_TIMESTAMP("JMSTimestamp"),
    JMS_CORRELATION_ID("JMSCorrelationID"),
    JMS_TYPE("JMSType"),
    JMS_GROUP_ID("JMSXGroupID"),
    JMS_GROUP_SEQUENCE("JMSXGroupSeq"),
    JMS_USER_ID("JMSXUserID"),
    DURABLE("amqp.durable"),
    PRIORITY("amqp.priority"),
    MESSAGE_ID("amqp.message_id"),
    USER_ID("amqp.user_id"),
    TO("amqp.to"),
    SUBJECT("amqp.subject"),
    REPLY_TO("amqp.reply_to"),
    CORRELATION_ID("amqp.correlation_id"),
    CONTENT_TYPE("amqp.content_type"),
    CONTENT_ENCODING("amqp.content_encoding"),
    ABSOLUTE_EXPIRY_TIME("amqp.absolute_expiry_time"),
    CREATION_TIME("amqp.creation_time"),
    GROUP_ID("amqp.group_id"),
    GROUP_SEQUENCE("amqp.group_sequence"),
    REPLY_TO_GROUP_ID("amqp.reply_to_group_id");

    private static final Map<String, Field> BY_NAME = new HashMap<>();

    static {
        for (Field field : values()) BY_NAME.put(field.selectorName, field);
    }

    private final String selectorName;

    Field(String selectorName) {
        this.selectorName = selectorName;
    }

    /** As a selector names it. */
    public String selectorName() {
        return selectorName;
    }

    static Optional<Field> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }
}
