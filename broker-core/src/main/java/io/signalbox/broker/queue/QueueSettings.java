package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;

/**
 * How a queue was declared. Immutable.
 *
 * @param name unique in its virtual host, compared byte for byte
 * @param durable whether the queue and the durable messages in it survive a restart
 * @param purpose who consumes from it
 * @param windowBytes how many bytes of bodies it keeps in memory; what is beyond is read back from the log
 * @param creator who declared it, for the operator
 */
public record QueueSettings(String name, boolean durable, Purpose purpose, int windowBytes, String creator) {

    /** Bytes of bodies a queue keeps in memory when nobody says otherwise. */
    public static final int DEFAULT_WINDOW_BYTES = 4 << 20;

    /** The longest name of a queue, in characters. */
    public static final int MAX_NAME_CHARS = 1024;

    /** How the name of a queue begins that is made for one link and goes with it; a UUID follows. */
    public static final String OF_A_LINK = "temporary-queue-";

    private static final int UUID_CHARS = 36;

    /** Who consumes from a queue. */
    public enum Purpose {
        /** Any consumer; they compete. */
        SHARED,
        /** One MQTT session: a transient message passes through to it when it is connected and is not kept when not. */
        SESSION,
        /** The links of one named subscription; they compete. */
        SUBSCRIPTION,
        /**
         * The members of one MQTT shared subscription (MQTT 5.0 §4.8.2): they compete, and a transient message passes
         * through to one that is connected and is not kept when none is.
         */
        GROUP
    }

    public QueueSettings {
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException("a queue name has 1 to " + MAX_NAME_CHARS + " characters");
        }
        if (name.indexOf('\0') >= 0) throw new IllegalArgumentException("a queue name has no NUL character");
        if (windowBytes < 0) throw new IllegalArgumentException("windowBytes " + windowBytes + " is negative");
    }

    /** Whether a queue of this name was made for a link, so that nobody else makes one. */
    public static boolean isOfALink(String name) {
        return name.startsWith(OF_A_LINK) && name.length() >= OF_A_LINK.length() + UUID_CHARS;
    }

    /** A durable queue for competing consumers. */
    public static QueueSettings durable(String name, String creator) {
        return new QueueSettings(name, true, Purpose.SHARED, DEFAULT_WINDOW_BYTES, creator);
    }

    /** A queue for competing consumers that is gone after a restart. */
    public static QueueSettings transientQueue(String name, String creator) {
        return new QueueSettings(name, false, Purpose.SHARED, DEFAULT_WINDOW_BYTES, creator);
    }

    /** The queue of a named subscription; {@code durable} when it outlives its links and the broker's process. */
    public static QueueSettings subscription(String name, boolean durable, String creator) {
        return new QueueSettings(name, durable, Purpose.SUBSCRIPTION, DEFAULT_WINDOW_BYTES, creator);
    }

    /** The queue of an MQTT session; {@code durable} when the session's expiry is more than 0. */
    public static QueueSettings session(String name, boolean durable, String creator) {
        return new QueueSettings(name, durable, Purpose.SESSION, DEFAULT_WINDOW_BYTES, creator);
    }

    /** The queue of an MQTT shared subscription; {@code durable} once a member's session outlives its connection. */
    public static QueueSettings group(String name, boolean durable, String creator) {
        return new QueueSettings(name, durable, Purpose.GROUP, DEFAULT_WINDOW_BYTES, creator);
    }

    /** MQTT-4.6.0-6: to MQTT messages go in the order of their arrival, whatever their priority. */
    int priorityOf(Message message) {
        boolean inOrderOfArrival = switch (purpose) {
            case SHARED, SUBSCRIPTION -> false;
            case SESSION, GROUP -> true;
        };
        return inOrderOfArrival ? Envelope.DEFAULT_PRIORITY : message.envelope().priority();
    }

    /** The same for a queue that survives a restart. */
    public QueueSettings asDurable() {
        return new QueueSettings(name, true, purpose, windowBytes, creator);
    }
}
