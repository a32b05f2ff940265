package io.signalbox.broker.message;

import io.signalbox.broker.filter.Field;
import io.signalbox.broker.filter.Selectable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What a filter sees of a message through its envelope and its neutral view. Immutable. */
final class NeutralSelectable implements Selectable {

    private final Envelope envelope;
    private final NeutralView view;

    NeutralSelectable(Envelope envelope, NeutralView view) {
        this.envelope = envelope;
        this.view = view;
    }

    @Override
    public @Nullable Object field(Field field) {
        return switch (field) {
            case JMS_DELIVERY_MODE -> envelope.jmsDeliveryMode();
            case DURABLE -> envelope.durable();
            case JMS_PRIORITY, PRIORITY -> envelope.priority();
            case JMS_TIMESTAMP, CREATION_TIME -> envelope.publishedAtMillis();
            case ABSOLUTE_EXPIRY_TIME ->
                envelope.expiresAtMillis() == Envelope.NEVER ? null : (Object) envelope.expiresAtMillis();
            case TO -> envelope.address();
            case JMS_MESSAGE_ID, MESSAGE_ID -> view.messageId().orElse(null);
            case JMS_CORRELATION_ID, CORRELATION_ID ->
                view.correlationId().map(NeutralSelectable::text).orElse(null);
            case JMS_TYPE, SUBJECT -> view.subject().orElse(null);
            case REPLY_TO -> view.replyTo().orElse(null);
            case CONTENT_TYPE -> view.contentType().orElse(null);
            case JMS_GROUP_ID,
                    GROUP_ID,
                    JMS_GROUP_SEQUENCE,
                    GROUP_SEQUENCE,
                    JMS_USER_ID,
                    USER_ID,
                    CONTENT_ENCODING,
                    REPLY_TO_GROUP_ID -> null;
        };
    }

    /** Bytes as the text they hold, or in hexadecimal. */
    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return HexFormat.of().withUpperCase().formatHex(bytes);
        }
    }

    @Override
    public @Nullable Object property(String name) {
        for (NeutralView.Property property : view.properties()) {
            if (property.name().equals(name)) return property.value();
        }
        return null;
    }
}
