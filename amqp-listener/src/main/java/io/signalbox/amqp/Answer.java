package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;

/** What a peer wants to hear of a delivery that it sends (AMQP 1.0 §2.6.12). */
enum Answer {
    /** Nothing: it has settled. */
    NONE,
    /** The outcome, settled: {@code rcv-settle-mode} first. */
    SETTLED,
    /** The outcome, which it settles itself: {@code rcv-settle-mode} second. */
    LEFT_TO_PEER;

    /**
     * The answer that a delivery's first transfer asks for. It may have a settle mode of its own, but not second where first was
     * agreed (AMQP 1.0 §2.7.5).
     */
    static Answer to(IncomingTransfer transfer, ReceiverSettleMode agreed) throws Refusal {
        if (transfer.settled()) return NONE;
        ReceiverSettleMode mode = transfer.settleModeOr(agreed);
        if (mode == ReceiverSettleMode.FIRST) return SETTLED;
        if (agreed == ReceiverSettleMode.SECOND) return LEFT_TO_PEER;
        throw Refusal.ofLink(
                AmqpError.INVALID_FIELD,
                "a delivery has rcv-settle-mode second on a link that was attached with first");
    }
}
