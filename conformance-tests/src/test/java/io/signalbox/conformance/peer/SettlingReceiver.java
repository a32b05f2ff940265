package io.signalbox.conformance.peer;

import io.signalbox.conformance.process.Await;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.engine.IncomingDelivery;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.ReceiverSettleMode;
import org.apache.qpid.protonj2.types.transport.SenderSettleMode;

/**
 * A link that receives unsettled and settles in the second mode (AMQP 1.0 §2.6.12): it says accepted, and forgets a
 * delivery only once the broker has settled it. Credit is renewed as deliveries are settled. Used on the peer's thread.
 */
public final class SettlingReceiver {

    private final AmqpMessages messages = new AmqpMessages();
    private final Receiver link;
    private volatile boolean attached;

    private SettlingReceiver(Receiver link) {
        this.link = link;
    }

    /** One delivery in the receiver's hands. */
    public final class Received {
        private final IncomingDelivery delivery;
        private final AmqpMessages.Decoded message;

        private Received(IncomingDelivery delivery) {
            this.delivery = delivery;
            this.message = messages.decode(delivery.readAll());
        }

        public byte[] body() {
            return message.body();
        }

        /** Whether the broker allows for somebody having had the message before (AMQP 1.0 §3.2.1, first-acquirer). */
        public boolean isMarkedRedelivered() {
            return !message.firstAcquirer();
        }

        /** Says accepted; runs the task once the broker has confirmed that by settling. */
        public void accept(Runnable confirmed) {
            delivery.deliveryStateUpdatedHandler(updated -> {
                if (!updated.isRemotelySettled() || updated.isSettled()) return;
                updated.settle();
                link.addCredit(1);
                confirmed.run();
            });
            delivery.disposition(Accepted.getInstance(), false);
        }
    }

    /** Attaches a link to an address with some credit; every delivery is handed over on the peer's thread. */
    public static SettlingReceiver attach(AmqpPeer peer, String address, int credit, Consumer<Received> handler) {
        SettlingReceiver[] made = new SettlingReceiver[1];
        peer.call(session -> {
            Receiver link = session.receiver("from " + address);
            link.setSource(new Source().setAddress(address)).setTarget(new Target());
            link.setSenderSettleMode(SenderSettleMode.UNSETTLED).setReceiverSettleMode(ReceiverSettleMode.SECOND);
            SettlingReceiver receiver = new SettlingReceiver(link);
            link.openHandler(opened -> receiver.attached = true);
            link.closeHandler(closed -> peer.fail("link from " + address + " ended: " + closed.getRemoteCondition()));
            link.detachHandler(gone -> peer.fail("link from " + address + " ended: " + gone.getRemoteCondition()));
            link.deliveryReadHandler(delivery -> {
                if (!delivery.isPartial()) handler.accept(receiver.new Received(delivery));
            });
            link.open();
            link.addCredit(credit);
            made[0] = receiver;
        });
        Await.until(
                "the attach to " + address,
                () -> made[0].attached || peer.ended().isDone());
        if (!made[0].attached)
            throw new AssertionError(
                    "no link from " + address + ": " + peer.ended().join());
        return made[0];
    }

    /** Asks the broker to use up the credit or give it back (AMQP 1.0 §2.6.7); tells when it has. */
    public void drain(Runnable drained) {
        link.creditStateUpdateHandler(updated -> {
            if (!updated.isDraining()) drained.run();
        });
        if (!link.drain()) drained.run();
    }
}
