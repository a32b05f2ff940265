package io.signalbox.mqtt;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.NeutralView.PayloadKind;
import io.signalbox.broker.message.NeutralView.Property;
import io.signalbox.broker.message.ReservedNames;
import io.signalbox.mqtt.codec.ForwardedProperties;
import io.signalbox.mqtt.codec.PublishBody;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.List;
import java.util.Optional;

/**
 * MQTT messages as the core keeps them: a {@link PublishBody}. What other protocols have and MQTT has not travels in user
 * properties with a name of its own, so nothing is lost on the way there and back. Stateless.
 */
public final class MqttFormat implements MessageFormat {

    public static final MqttFormat INSTANCE = new MqttFormat();

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
        List<Property> properties = UserProperties.read(forwarded.userProperties());
        Optional<String> messageId = take(ReservedNames.MESSAGE_ID, properties);
        Optional<String> subject = take(ReservedNames.SUBJECT, properties);
        Optional<String> replyTo = forwarded.responseTopic().or(() -> take(ReservedNames.REPLY_TO, properties));
        take(ReservedNames.PRIORITY, properties); // the envelope has it
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

    /** The first property with a name, which then is no property any more. */
    private static Optional<String> take(String name, List<Property> properties) {
        for (int i = 0; i < properties.size(); i++) {
            Property property = properties.get(i);
            if (property.name().equals(name) && property.value() instanceof String text) {
                properties.remove(i);
                return Optional.of(text);
            }
        }
        return Optional.empty();
    }

    /** A message's body as MQTT sends it, whatever protocol it came by; without the payload of a large one. */
    static Body.Inline bodyOf(Message message) {
        return message.format() == INSTANCE
                ? message.head()
                : bodyOf(message.envelope().priority(), message.neutralView());
    }

    private static Body.Inline bodyOf(int priority, NeutralView view) {
        ForwardedProperties.Writer writer = ForwardedProperties.writer();
        if (view.kind() == PayloadKind.TEXT) writer.text();
        view.contentType().ifPresent(writer::contentType);
        view.replyTo().ifPresent(replyTo -> {
            if (TopicSyntax.isName(replyTo)) {
                writer.responseTopic(replyTo);
            } else {
                write(ReservedNames.REPLY_TO, replyTo, writer); // MQTT-3.3.2-14
            }
        });
        view.correlationId().ifPresent(writer::correlationData);
        view.messageId().ifPresent(id -> write(ReservedNames.MESSAGE_ID, id, writer));
        view.subject().ifPresent(subject -> write(ReservedNames.SUBJECT, subject, writer));
        if (priority != Envelope.DEFAULT_PRIORITY) {
            write(ReservedNames.PRIORITY, Integer.toString(priority), writer);
        }
        for (Property property : view.properties()) UserProperties.write(property, writer);
        return writer.body(view.payload());
    }

    private static void write(String name, String value, ForwardedProperties.Writer writer) {
        UserProperties.write(new Property(name, value), writer);
    }
}
