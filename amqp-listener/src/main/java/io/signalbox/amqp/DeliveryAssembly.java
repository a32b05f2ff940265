package io.signalbox.amqp;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.Transfer;

/**
 * One incoming delivery whose transfer frames are still coming (AMQP 1.0 §2.6.14). Grows with what has come, up to the link's
 * max-message-size. Confined to the connection's event loop.
 */
final class DeliveryAssembly {

    private final int deliveryId;
    private final long maxMessageBytes;
    private boolean settled;
    private byte[] bytes;
    private int size;

    DeliveryAssembly(int deliveryId, long maxMessageBytes, int expectedBytes) {
        this.deliveryId = deliveryId;
        this.maxMessageBytes = maxMessageBytes;
        this.bytes = new byte[Math.max(256, 2 * expectedBytes)];
    }

    /** Adds a frame's payload. */
    void add(Transfer transfer, byte[] payload, int from, int to) throws Refusal {
        // AMQP 1.0 §2.7.5: on continuation frames the id may be left out, but must not differ
        if (transfer.getDeliveryId() != null && transfer.getDeliveryId().intValue() != deliveryId) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "a delivery was begun before the one under way was complete");
        }
        // AMQP 1.0 §2.7.5: "if the settled flag is set on any transfer, the delivery is settled"
        if (Boolean.TRUE.equals(transfer.getSettled())) settled = true;
        int more = to - from;
        if (more > maxMessageBytes - size) {
            throw Refusal.ofLink(
                    LinkError.MESSAGE_SIZE_EXCEEDED,
                    "a message is larger than the " + maxMessageBytes + " bytes agreed");
        }
        if (more > bytes.length - size) bytes = Arrays.copyOf(bytes, (int) Math.max(size + more, 2L * bytes.length));
        System.arraycopy(payload, from, bytes, size, more);
        size += more;
    }

    int deliveryId() {
        return deliveryId;
    }

    boolean isSettled() {
        return settled;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }
}
