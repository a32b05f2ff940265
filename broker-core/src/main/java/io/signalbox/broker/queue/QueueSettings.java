package io.signalbox.broker.queue;

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

    private static final int MAX_NAME_CHARS = 1024;

    /** Who consumes from a queue. */
    public enum Purpose {
        /** Any consumer; they compete. */
        SHARED(0),
        /** One MQTT session: a transient message passes through to it when it is connected and is not kept when not. */
        SESSION(1),
        /** The members of one MQTT shared subscription; they compete, and a transient message passes through as well. */
        SHARED_SUBSCRIPTION(2),
        /** The consumers of one durable or shared subscription to a topic by AMQP. */
        TOPIC_SUBSCRIPTION(3);

        private final int code;

        Purpose(int code) {
            this.code = code;
        }

        /** Its number in the catalogue, never reused. */
        public int code() {
            return code;
        }

        /** @throws IllegalArgumentException if there is none with this number */
        public static Purpose ofCode(int code) {
            for (Purpose purpose : values()) {
                if (purpose.code == code) return purpose;
            }
            throw new IllegalArgumentException(
                    "a queue has the purpose " + code + ", which this release does not know");
        }

        /** Whether a transient message is shown to who is there and not kept for who is not (MQTT-4.3.1). */
        public boolean passesThrough() {
            return this == SESSION || this == SHARED_SUBSCRIPTION;
        }
    }

    public QueueSettings {
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException("a queue name has 1 to " + MAX_NAME_CHARS + " characters");
        }
        if (name.indexOf('\0') >= 0) throw new IllegalArgumentException("a queue name has no NUL character");
        if (windowBytes < 0) throw new IllegalArgumentException("windowBytes " + windowBytes + " is negative");
    }

    /** A durable queue for competing consumers. */
    public static QueueSettings durable(String name, String creator) {
        return new QueueSettings(name, true, Purpose.SHARED, DEFAULT_WINDOW_BYTES, creator);
    }

    /** A queue for competing consumers that is gone after a restart. */
    public static QueueSettings transientQueue(String name, String creator) {
        return new QueueSettings(name, false, Purpose.SHARED, DEFAULT_WINDOW_BYTES, creator);
    }

    /** The queue of an MQTT session; {@code durable} when the session's expiry is more than 0. */
    public static QueueSettings session(String name, boolean durable, String creator) {
        return new QueueSettings(name, durable, Purpose.SESSION, DEFAULT_WINDOW_BYTES, creator);
    }
}
