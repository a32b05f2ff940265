package io.signalbox.mqtt;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The last message of another protocol that a loop sent to MQTT clients, as MQTT writes it: the subscribers of one message
 * come one after the other, so a fan-out converts it once. Confined to its loop.
 */
final class BodyCache {

    /** What is larger would stay in memory for its own sake. */
    private static final int MAX_BYTES = 64 << 10;

    private @Nullable Message message;
    private Body.@Nullable Inline body;

    /** Without the payload of a large one. */
    Body.Inline bodyOf(Message wanted) {
        if (wanted.format() == MqttFormat.INSTANCE) return wanted.head();
        Body.Inline known = body;
        if (wanted == message && known != null) return known;
        Body.Inline converted = MqttFormat.bodyOf(wanted);
        if (converted.size() <= MAX_BYTES) {
            message = wanted;
            body = converted;
        }
        return converted;
    }
}
