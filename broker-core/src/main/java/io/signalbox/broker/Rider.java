package io.signalbox.broker;

import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;

/**
 * What goes with a message into its record, and when its targets get it. Immutable.
 *
 * @param changes of tables, durable together with the message or not at all. With any, a durable message is answered after
 *     the force whatever its targets are, and also if it has none; a refused message brings none about
 * @param release when consumers may see it
 * @param passage told around the moment at which the message finds its targets
 */
public record Rider(List<TableChange> changes, Release release, Passage passage) {

    private static final Passage UNWATCHED = new Passage() {
        @Override
        public void begin(Loop loop) {}

        @Override
        public void end(Loop loop) {}
    };

    /** Nothing goes with the message. */
    public static final Rider NONE = new Rider(List.of(), Release.AT_APPEND);

    /**
     * For what must be seen either by a new subscription or by the publishers it missed: a message that begins its passage
     * after a binding was made finds that binding. Called on the publisher's loop, once for each attempt to find space.
     */
    public interface Passage {

        /** The message has not looked for its targets yet. */
        void begin(Loop loop);

        /** Its record is in the log and its changes are visible, or nothing has happened. */
        void end(Loop loop);
    }

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

    public Rider(List<TableChange> changes, Release release) {
        this(changes, release, UNWATCHED);
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }
}
