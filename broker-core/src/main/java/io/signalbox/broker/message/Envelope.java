package io.signalbox.broker.message;

/**
 * What the core itself reads of a message, whatever protocol it came by. Immutable.
 *
 * @param address the routing key or queue name it was published to, exactly as the publisher wrote it
 * @param durable whether it survives a restart (AMQP header {@code durable}, MQTT QoS 1 and 2)
 * @param priority 0 (lowest) to 9, {@link #DEFAULT_PRIORITY} when the publisher named none
 * @param expiresAtMillis wall-clock time in milliseconds after which it is not delivered; {@link #NEVER} = never
 * @param publishedAtMillis wall-clock time in milliseconds at which the broker accepted it
 * @param marks a byte that the protocol it came by reads and nobody else; kept with the message, {@link #NO_MARKS} if that
 *     protocol has nothing to say
 */
public record Envelope(
        String address, boolean durable, int priority, long expiresAtMillis, long publishedAtMillis, byte marks) {

    /** The priority of a message whose publisher named none (AMQP 1.0 §3.2.1). */
    public static final int DEFAULT_PRIORITY = 4;

    /** The expiry of a message that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What a protocol without marks leaves. */
    public static final byte NO_MARKS = 0;

    public Envelope {
        if (priority < 0 || priority > 9) throw new IllegalArgumentException("priority " + priority + " is not 0..9");
    }

    /** An envelope without marks. */
    public Envelope(String address, boolean durable, int priority, long expiresAtMillis, long publishedAtMillis) {
        this(address, durable, priority, expiresAtMillis, publishedAtMillis, NO_MARKS);
    }

    /** An envelope with default priority that never expires. */
    public static Envelope of(String address, boolean durable, long publishedAtMillis) {
        return new Envelope(address, durable, DEFAULT_PRIORITY, NEVER, publishedAtMillis);
    }

    /** Durability as a selector names it (JMS 2.0 §3.8.1.1). */
    public String jmsDeliveryMode() {
        return durable ? "PERSISTENT" : "NON_PERSISTENT";
    }

    public boolean isExpiredAt(long nowMillis) {
        return nowMillis >= expiresAtMillis;
    }
}
