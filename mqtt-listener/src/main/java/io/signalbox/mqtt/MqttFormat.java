package io.signalbox.mqtt;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.mqtt.codec.ForwardedProperties;
import io.signalbox.mqtt.codec.PublishBody;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * MQTT messages as the core keeps them: a {@link PublishBody}. What other protocols have and MQTT has not travels in user
 * properties with a name of its own, so nothing is lost on the way there and back. Stateless.
 */
public final class MqttFormat implements MessageFormat {

    public static final MqttFormat INSTANCE = new MqttFormat();

    /** User properties that stand for what MQTT has no property for. */
    static final String MESSAGE_ID = "amqp.message-id";

    static final String SUBJECT = "amqp.subject";

    /** An AMQP reply-to that is no topic name, so that it cannot be a response topic (MQTT-3.3.2-14). */
    static final String REPLY_TO = "amqp.reply-to";

    /** What a message was published to that reaches a client by a queue, under the queue's name. */
    static final String ADDRESS = "signalbox.address";

    private MqttFormat() {}

    @Override
    public byte id() {
        return 1;
    }

    @Override
    public NeutralView neutralView(Envelope envelope, Body.Inline body) {
        ForwardedProperties forwarded = ForwardedProperties.read(body);
        Optional<String> messageId = Optional.empty();
        Optional<String> subject = Optional.empty();
        Optional<String> replyTo = forwarded.responseTopic();
        List<Property> properties = new ArrayList<>(forwarded.userProperties().size());
        for (var user : forwarded.userProperties()) {
            switch (user.name()) {
                case MESSAGE_ID -> messageId = Optional.of(user.value());
                case SUBJECT -> subject = Optional.of(user.value());
                case REPLY_TO -> replyTo = Optional.of(user.value());
                default -> properties.add(new Property(user.name(), user.value()));
            }
        }
        return new NeutralView(
                PublishBody.payload(body),
                forwarded.isText() ? PayloadKind.TEXT : PayloadKind.BINARY,
                forwarded.contentType(),
                replyTo,
                forwarded.correlationData(),
                messageId,
                subject,
                properties);
    }

    /** A message's body as MQTT sends it, whatever protocol it came by. */
    static Body.Inline bodyOf(Message message) {
        return message.format() == INSTANCE ? message.content() : bodyOf(message.neutralView());
    }

    private static Body.Inline bodyOf(NeutralView view) {
        ForwardedProperties.Writer writer = ForwardedProperties.writer();
        if (view.kind() == PayloadKind.TEXT) writer.text();
        view.contentType().ifPresent(writer::contentType);
        view.replyTo().ifPresent(replyTo -> {
            if (TopicSyntax.isName(replyTo)) {
                writer.responseTopic(replyTo);
            } else {
                writer.userProperty(REPLY_TO, replyTo);
            }
        });
        view.correlationId().ifPresent(writer::correlationData);
        view.messageId().ifPresent(id -> writer.userProperty(MESSAGE_ID, id));
        view.subject().ifPresent(subject -> writer.userProperty(SUBJECT, subject));
        for (Property property : view.properties()) writer.userProperty(property.name(), text(property.value()));
        return writer.body(view.payload());
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
    }
}
