package io.signalbox.mqtt;

import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.retained.RetainedMessages;
import io.signalbox.broker.retained.RetainedMessages.Change;
import io.signalbox.mqtt.codec.PacketReader;
import io.signalbox.mqtt.codec.PublishBody;
import java.util.Optional;

/** What the RETAIN flag of a PUBLISH or will brings about beside its delivery (§3.3.1.3). Immutable. */
final class Retention {

    /** Why a large message is not retained. */
    static final String TOO_LARGE = "A message of more than " + PacketReader.MOST_WHOLE_BYTES
            + " bytes cannot be retained; publish it without the RETAIN flag.";

    private final RetainedMessages retained;
    private final MqttCounters counters;

    Retention(RetainedMessages retained, MqttCounters counters) {
        this.retained = retained;
        this.counters = counters;
    }

    /** Why a message that is acknowledged cannot be retained, in a sentence; empty if it can. */
    Optional<String> refusal(Message message) {
        boolean kept = PublishMarks.isRetain(message.envelope()) && !isEmpty(message);
        return !kept ? Optional.empty() : retained.refusal(message);
    }

    /**
     * What goes with a message that has the flag. One that cannot be retained, and whose sender cannot be told, is delivered all
     * the same: then there is no retained message for its topic (§3.3.1.3).
     */
    Optional<Change> change(Message message) {
        String topic = message.envelope().address();
        if (isEmpty(message)) return retained.remove(topic); // MQTT-3.3.1-6, MQTT-3.3.1-7
        if (retained.refusal(message).isEmpty()) return Optional.of(retained.keep(message)); // MQTT-3.3.1-5
        counters.notRetained.increment();
        return retained.remove(topic);
    }

    Rider rider(Message message) {
        if (!PublishMarks.isRetain(message.envelope())) return Rider.NONE; // MQTT-3.3.1-8
        return change(message).map(Change::rider).orElse(Rider.NONE);
    }

    /** What a large message brings about that has the flag and whose sender cannot be told: as {@link #change} says. */
    Rider riderOfLarge(Envelope envelope) {
        counters.notRetained.increment();
        return retained.remove(envelope.address()).map(Change::rider).orElse(Rider.NONE);
    }

    private static boolean isEmpty(Message message) {
        return PublishBody.payload(message.content()).size() == 0;
    }
}
