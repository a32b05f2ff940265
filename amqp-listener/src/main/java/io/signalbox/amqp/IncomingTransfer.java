package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * What a transfer frame says (AMQP 1.0 §2.7.5), as far as the broker looks at it. Every message has one, so it is read by hand
 * where its encoding is a usual one. Immutable.
 *
 * @param handle {@link #ABSENT} or 0 to 2^32-1, and so are the delivery-id and the message-format
 * @param tagBytes how long the delivery-tag is, {@link #ABSENT} if there is none
 * @param settleMode number of the receiver's settle mode, {@link #ABSENT} if the transfer names none
 * @param transactional whether its state is that of a transaction; nothing else is read of a state
 */
record IncomingTransfer(
        long handle,
        long deliveryId,
        int tagBytes,
        long messageFormat,
        boolean settled,
        boolean more,
        int settleMode,
        boolean transactional,
        boolean resume,
        boolean aborted) {

    /** In place of a number that the frame does not have. */
    static final int ABSENT = -1;

    private static final int TRANSFER = 0x14;
    private static final int HIGHEST_SETTLE_MODE = 1;

    /** The transfer that is encoded here; null if it is something else, or one that only the codec can read. */
    static @Nullable IncomingTransfer read(byte[] bytes, int from, int to) {
        if (!PlainFields.areDescribed(bytes, from, to, TRANSFER)) return null;
        PlainFields fields = new PlainFields(bytes, from + 3);
        long handle = fields.uint(ABSENT);
        long deliveryId = fields.uint(ABSENT);
        int tagBytes = fields.binaryBytes(ABSENT);
        long messageFormat = fields.uint(ABSENT);
        boolean settled = fields.bool();
        boolean more = fields.bool();
        int settleMode = fields.ubyte(ABSENT);
        fields.nothing(); // its state
        boolean resume = fields.bool();
        boolean aborted = fields.bool();
        fields.bool(); // batchable: answers are gathered in any case
        if (!fields.areRead() || handle == ABSENT || settleMode > HIGHEST_SETTLE_MODE) return null;
        return new IncomingTransfer(
                handle, deliveryId, tagBytes, messageFormat, settled, more, settleMode, false, resume, aborted);
    }

    /** As the codec has read it; its mandatory fields are there. */
    static IncomingTransfer of(Transfer transfer) {
        ReceiverSettleMode settleMode = transfer.getRcvSettleMode();
        return new IncomingTransfer(
                number(transfer.getHandle()),
                number(transfer.getDeliveryId()),
                transfer.getDeliveryTag() == null
                        ? ABSENT
                        : transfer.getDeliveryTag().getLength(),
                number(transfer.getMessageFormat()),
                Boolean.TRUE.equals(transfer.getSettled()),
                transfer.getMore(),
                settleMode == null ? ABSENT : settleMode.getValue().intValue(),
                transfer.getState() instanceof TransactionalState,
                transfer.getResume(),
                transfer.getAborted());
    }

    private static long number(@Nullable UnsignedInteger value) {
        return value == null ? ABSENT : value.longValue();
    }

    /** The receiver's settle mode that it names, or else this one. */
    ReceiverSettleMode settleModeOr(ReceiverSettleMode agreed) {
        if (settleMode == ABSENT) return agreed;
        return settleMode == 0 ? ReceiverSettleMode.FIRST : ReceiverSettleMode.SECOND;
    }
}
