package io.signalbox.broker.routing;

/** How an exchange chooses among its bindings. The codes are in the log and stay as they are. */
public enum ExchangeType {
    /** The binding key equals the routing key. */
    DIRECT(1),
    /** Every binding. */
    FANOUT(2),
    /** Words split at {@code .}; {@code *} is one word, {@code #} any number. */
    TOPIC(3),
    /** The binding's arguments are among the message's properties. */
    HEADERS(4),
    /** Levels split at {@code /}; {@code +} is one level, {@code #} the rest (MQTT 5.0 §4.7). */
    MQTT_TOPIC(5);

    private final int code;

    ExchangeType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** @throws IllegalArgumentException if no type has this code */
    public static ExchangeType ofCode(int code) {
        for (ExchangeType type : values()) {
            if (type.code == code) return type;
        }
        throw new IllegalArgumentException("no exchange type has the code " + code);
    }
}
