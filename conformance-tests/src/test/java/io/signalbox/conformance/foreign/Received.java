package io.signalbox.conformance.foreign;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Payloads in the order in which they came, each QoS for itself: messages of different QoS may overtake each other. */
final class Received {

    private final List<List<String>> byQos = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    private Received() {}

    /** The next {@code count} messages. */
    static Received from(MqttLink link, int count) {
        Received received = new Received();
        for (int i = 0; i < count; i++) received.add(link.receive());
        return received;
    }

    private void add(MqttMessage message) {
        byQos.get(message.qos()).add(message.payload());
    }

    /** Receives until all of these have come at QoS 1 and at QoS 2, and then what comes before it is silent. */
    void takeUntil(MqttLink link, List<String> expected) {
        while (isMissing(expected, 1) || isMissing(expected, 2)) add(link.receive());
        Optional<MqttMessage> more = link.poll(MqttLink.SILENCE);
        while (more.isPresent()) {
            add(more.get());
            more = link.poll(MqttLink.SILENCE);
        }
    }

    private boolean isMissing(List<String> expected, int qos) {
        return byQos.get(qos).size() < expected.size() || !new HashSet<>(byQos.get(qos)).containsAll(expected);
    }

    List<String> at(int qos) {
        return byQos.get(qos);
    }
}
