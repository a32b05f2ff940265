package io.signalbox.broker;

import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;

/**
 * What goes with a message into its record, and when its targets get it. Immutable.
 *
 * @param changes of tables, durable together with the message or not at all. With any, a durable message is answered after
 *     the force whatever its targets are, and also if it has none; a refused message brings none about
 * @param release when consumers may see it
 */
public record Rider(List<TableChange> changes, Release release) {

    /** Nothing goes with the message. */
    public static final Rider NONE = new Rider(List.of(), Release.AT_APPEND);

    /** When the targets of a message get it. */
    public enum Release {
        /** At once: a crash before the force may show it to a consumer and to the publisher as not taken. */
        AT_APPEND,
        /**
         * After the force of its record, for what is promised to come exactly once (MQTT QoS 2). What the same publisher
         * publishes meanwhile waits behind it.
         */
        AFTER_FORCE
    }

    public Rider {
        changes = List.copyOf(changes);
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }
}
