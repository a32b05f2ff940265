package io.signalbox.mqtt;

import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topic aliases that a client has set on its connection (§3.3.2.3.4). They end with the connection (MQTT-3.3.2-7).
 * Confined to the connection's event loop.
 */
final class TopicAliases {

    private static final @Nullable String[] NONE = new String[0];

    private final int maximum;
    private @Nullable String[] topics = NONE;

    /** @param maximum the Topic Alias Maximum of our CONNACK */
    TopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /** The topic a PUBLISH is meant for; remembers it when the PUBLISH says so. */
    String resolve(Packet.Publish publish) {
        int alias = publish.topicAlias();
        if (alias == 0) return publish.topic();
        // MQTT-3.3.2-9, MQTT-3.2.2-17
        if (alias > maximum) {
            throw new Refusal(ReasonCode.TOPIC_ALIAS_INVALID, "the topic alias is larger than " + maximum);
        }
        if (!publish.topic().isEmpty()) {
            if (alias > topics.length) topics = Arrays.copyOf(topics, Math.min(maximum, alias * 2));
            topics[alias - 1] = publish.topic();
            return publish.topic();
        }
        String topic = alias > topics.length ? null : topics[alias - 1];
        if (topic == null) throw new Refusal(ReasonCode.TOPIC_ALIAS_INVALID, "the topic alias was never set");
        return topic;
    }
}
