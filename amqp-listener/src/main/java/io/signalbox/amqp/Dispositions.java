package io.signalbox.amqp;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.jspecify.annotations.Nullable;

/**
 * The answers one session sends for deliveries in one direction: neighbours with the same state leave as one range (AMQP 1.0
 * §2.7.6). Nothing leaves before {@link #flush} or an answer that differs. Confined to the connection's event loop.
 */
final class Dispositions {

    private final FrameWriter writer;
    private final int channel;
    private final Role role;
    private boolean pending;
    private boolean settled;
    private int first;
    private int last;
    private @Nullable DeliveryState state;

    Dispositions(FrameWriter writer, int channel, Role role) {
        this.writer = writer;
        this.channel = channel;
        this.role = role;
    }

    /** Settles a delivery with a state, or with none if the peer knows it. */
    void settle(int deliveryId, @Nullable DeliveryState newState) {
        add(deliveryId, newState, true);
    }

    /** Tells a state and leaves settling to the peer ({@code rcv-settle-mode} second). */
    void inform(int deliveryId, DeliveryState newState) {
        add(deliveryId, newState, false);
    }

    private void add(int deliveryId, @Nullable DeliveryState newState, boolean settle) {
        if (pending && settle == settled && deliveryId == last + 1 && isSame(newState)) {
            last = deliveryId;
            return;
        }
        flush();
        pending = true;
        settled = settle;
        first = last = deliveryId;
        state = newState;
    }

    /** States with content are only the same if they are one object. */
    private boolean isSame(@Nullable DeliveryState newState) {
        return newState == state || (newState instanceof Accepted && state instanceof Accepted);
    }

    void flush() {
        if (!pending) return;
        pending = false;
        Disposition disposition = new Disposition();
        disposition.setRole(role);
        disposition.setFirst(UnsignedInteger.valueOf(first));
        if (last != first) disposition.setLast(UnsignedInteger.valueOf(last));
        disposition.setSettled(settled);
        if (state != null) disposition.setState(state);
        state = null;
        writer.frame(FrameReader.TYPE_AMQP, channel, disposition);
    }
}
