package io.signalbox.conformance.peer;

import io.signalbox.conformance.process.Await;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.engine.OutgoingDelivery;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.DeliveryState;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;

/** A link that sends durable messages unsettled and learns what became of each. Used on the peer's thread. */
public final class DurableSender {

    private final AmqpMessages messages = new AmqpMessages();
    private final Sender link;
    private volatile boolean attached;
    private long nextTag;
    private int inFlight;

    private DurableSender(Sender link) {
        this.link = link;
    }

    /** Attaches a link to an address and waits until the broker has granted credit. */
    public static DurableSender attach(AmqpPeer peer, String address) {
        DurableSender[] made = new DurableSender[1];
        peer.call(session -> {
            Sender link = session.sender("to " + address);
            link.setSource(new Source()).setTarget(new Target().setAddress(address));
            link.setSenderSettleMode(SenderSettleMode.UNSETTLED);
            DurableSender sender = new DurableSender(link);
            link.creditStateUpdateHandler(granted -> sender.attached = true);
            link.closeHandler(closed -> peer.fail("link to " + address + " ended: " + closed.getRemoteCondition()));
            link.detachHandler(gone -> peer.fail("link to " + address + " ended: " + gone.getRemoteCondition()));
            link.open();
            made[0] = sender;
        });
        Await.until(
                "credit for " + address, () -> made[0].attached || peer.ended().isDone());
        if (!made[0].attached)
            throw new AssertionError(
                    "no link to " + address + ": " + peer.ended().join());
        return made[0];
    }

    public boolean isSendable() {
        return link.isSendable();
    }

    /** Messages sent and not settled yet. */
    public int inFlight() {
        return inFlight;
    }

    /** Sends one message; the outcome is handed over when the broker has settled it. */
    public void send(byte[] body, Consumer<DeliveryState> outcome) {
        OutgoingDelivery delivery = link.next();
        delivery.setTag(ByteBuffer.allocate(Long.BYTES).putLong(nextTag++).array());
        delivery.deliveryStateUpdatedHandler(updated -> {
            if (!updated.isRemotelySettled() || updated.isSettled()) return;
            DeliveryState state = updated.getRemoteState();
            updated.settle();
            inFlight--;
            outcome.accept(state);
        });
        inFlight++;
        delivery.writeBytes(messages.encode(body));
    }
}
