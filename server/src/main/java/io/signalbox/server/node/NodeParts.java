package io.signalbox.server.node;

import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.message.MessageFormats;
import io.signalbox.persistence.DiskLimits;
import io.signalbox.persistence.PersistentStore;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.server.config.Configuration;
import io.signalbox.server.config.Settings;
import io.signalbox.server.control.ControlFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node is put together from: where its messages are kept and the protocols it speaks. Immutable.
 *
 * @param busyWaits of its event loops
 * @param environment the variables around it, among which the first user's password may be
 */
public record NodeParts(
        StoreFactory store, BusyWaits busyWaits, Protocol amqp, Protocol mqtt, Map<String, String> environment) {

    /** The broker as it is shipped: a log of files, AMQP 1.0 and MQTT. */
    public static NodeParts standard(Configuration configuration) {
        StoreSettings settings = storeSettings(configuration);
        BusyWaits busyWaits = configuration.get(Settings.THREADS_BUSY_WAIT) ? BusyWaits.ofMachine() : BusyWaits.NONE;
        return new NodeParts(
                (directory, formats) -> PersistentStore.open(directory, settings, busyWaits, formats),
                busyWaits,
                new AmqpProtocol(),
                new MqttProtocol(),
                System.getenv());
    }

    /** Sizes of the store, as they are configured. */
    public static StoreSettings storeSettings(Configuration configuration) {
        return StoreSettings.ofSegments(Math.toIntExact(configuration.get(Settings.DATA_SEGMENT_SIZE)))
                .limitedTo(new DiskLimits(
                        bytes(configuration.get(Settings.DATA_MIN_FREE)),
                        bytes(configuration.get(Settings.DATA_MAX_SIZE))))
                .scrubbedAt(configuration.get(Settings.DATA_SCRUB_RATE));
    }

    /** How messages of all protocols lie in the log. */
    public MessageFormats formats() {
        return MessageFormats.of(mqtt.format(), amqp.format(), new ControlFormat());
    }

    private static OptionalLong bytes(Optional<Long> setting) {
        return setting.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /** MQTT first: it keeps for its sessions what they left in their queues, before anyone else touches these. */
    List<Protocol> protocols() {
        return List.of(mqtt, amqp);
    }
}
