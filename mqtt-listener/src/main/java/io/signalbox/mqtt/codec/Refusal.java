package io.signalbox.mqtt.codec;

/**
 * What a peer sent cannot be accepted; carries the answer for the wire. Thrown wherever the rule stands, caught in one
 * place, the connection, which answers (CONNACK or DISCONNECT in 5.0, CONNACK or nothing in 3.x) and closes (§4.13).
 * It has no stack trace: it is about the peer's bytes, and must stay cheap when somebody sends many such.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;

    /** @param sentence what was wrong, for the Reason String and the debug log; never repeats the peer's bytes */
    public Refusal(ReasonCode reason, String sentence) {
        super(sentence, null, false, false);
        this.reason = reason;
    }

    public ReasonCode reason() {
        return reason;
    }

    /** What was wrong, for the Reason String (§3.14.2.2.3). */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    static Refusal malformed(String sentence) {
        return new Refusal(ReasonCode.MALFORMED_PACKET, sentence);
    }

    static Refusal protocolError(String sentence) {
        return new Refusal(ReasonCode.PROTOCOL_ERROR, sentence);
    }
}
