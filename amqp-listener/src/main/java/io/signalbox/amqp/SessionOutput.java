package io.signalbox.amqp;

import io.signalbox.broker.queue.Delivery;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries one session sends: under the peer's window, in order, and unsettled until it says otherwise (AMQP 1.0
 * §2.6.12). Confined to the connection's event loop.
 */
final class SessionOutput {

    /** Deliveries a peer may leave unsettled in one session; beyond, it gets no more until it settles. */
    private static final int MAX_UNSETTLED = 1 << 16;

    /** A delivery that the peer has not settled. */
    record OutgoingDelivery(OutgoingLink link, int deliveryId, Delivery delivery) {}

    private final AmqpSession session;
    private final SessionWindow window;
    private final FrameWriter writer;
    private final Dispositions answers;
    private final UnsettledMap<OutgoingDelivery> unsettled = new UnsettledMap<>();
    private final ArrayDeque<OutgoingTransfer> waiting = new ArrayDeque<>(0);
    private final ArrayDeque<OutgoingLink> heldBack = new ArrayDeque<>(0);
    private final ArrayDeque<OutgoingLink> drained = new ArrayDeque<>(0);
    private final ErrantDeliveries errant = new ErrantDeliveries();
    private int nextDeliveryId;

    SessionOutput(AmqpSession session, SessionWindow window) {
        this.session = session;
        this.window = window;
        this.writer = session.connection().writer();
        this.answers = new Dispositions(writer, session.channel(), Role.SENDER);
    }

    void send(OutgoingTransfer transfer) {
        waiting.add(transfer);
        pump();
    }

    /**
     * There may be room again: what waits goes first, then drains are answered, then the queues may hand over more. What is
     * large is {@link LargeTransfers}' to go on with, afterwards.
     */
    void mayContinue() {
        pump();
        if (hasWaiting()) return;
        for (OutgoingLink next = drained.poll(); next != null; next = drained.poll()) next.answerDrain();
        for (int i = heldBack.size(); i > 0 && !isCongested(); i--)
            heldBack.remove().resume();
    }

    /** The link's queue keeps its messages until there is room. Called once until {@link OutgoingLink#resume}. */
    void holdBack(OutgoingLink link) {
        heldBack.add(link);
    }

    /** The link's drain is to be answered when all deliveries have left. */
    void answerDrainInTurn(OutgoingLink link) {
        if (!hasWaiting()) link.answerDrain();
        else if (!drained.contains(link)) drained.add(link); // a peer may ask as often as it likes
    }

    /** Sends what waits, as far as the peer's window goes. */
    private void pump() {
        LargeTransfers large = session.connection().channels().large();
        for (OutgoingTransfer next = waiting.peek(); next != null; next = waiting.peek()) {
            boolean isLeft = !large.take(this, next);
            while (isLeft && !next.isComplete()) {
                if (!sendFrame(next)) return;
            }
            waiting.remove();
        }
    }

    /** Sends the next frame of a delivery, if the peer's window is open and its bytes are here. */
    boolean sendFrame(OutgoingTransfer transfer) {
        if (!window.maySend() || !transfer.isReady()) return false;
        if (!transfer.isNumbered()) number(transfer);
        writer.transferFrame(session.channel(), transfer);
        window.sentTransfer();
        return true;
    }

    /** AMQP 1.0 §2.7.5: ids go up one by one, so what is withdrawn before it has left must not have one yet. */
    private void number(OutgoingTransfer transfer) {
        int deliveryId = nextDeliveryId++;
        transfer.number(deliveryId);
        if (transfer.delivery().isSettled()) return;
        unsettled.add(deliveryId, new OutgoingDelivery(transfer.link(), deliveryId, transfer.delivery()));
    }

    /** Whether more deliveries would only pile up. */
    boolean isCongested() {
        return writer.isCongested() || !waiting.isEmpty() || !window.maySend() || unsettled.size() >= MAX_UNSETTLED;
    }

    private boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** The peer says what became of a range of deliveries (AMQP 1.0 §2.7.6). */
    void onDisposition(Disposition disposition) throws Refusal {
        DeliveryState state = disposition.getState();
        if (state instanceof TransactionalState) {
            throw Refusal.ofSession(AmqpError.NOT_IMPLEMENTED, "this broker does not offer transactions");
        }
        boolean terminal = state instanceof Accepted
                || state instanceof Rejected
                || state instanceof Released
                || state instanceof Modified;
        int first = disposition.getFirst().intValue();
        int last = disposition.getLast() == null ? first : disposition.getLast().intValue();
        if (!terminal && !disposition.getSettled()) { // progress, not an outcome
            errant.check(first, last);
            return;
        }
        List<OutgoingDelivery> named = unsettled.remove(first, last);
        for (int i = 0; i < named.size(); i++) {
            OutgoingDelivery delivery = named.get(i);
            OutgoingLink link = delivery.link();
            if (disposition.getSettled()) link.settledByPeer(delivery, state);
            else link.settleForPeer(delivery, state);
        }
        if (!named.isEmpty()) mayContinue();
        errant.check(first, last);
    }

    /** Tells the peer that its outcome holds; leaves with the next flush. */
    void answerSettled(int deliveryId, @Nullable DeliveryState state) {
        answers.settle(deliveryId, state);
        session.touch();
    }

    void flushAnswers() {
        answers.flush();
    }

    /**
     * Takes out what belongs to a link that goes: nothing of it is sent any more.
     *
     * @return what has left, or has begun to, and is unsettled
     */
    List<OutgoingDelivery> withdraw(OutgoingLink link) {
        if (link.isHeldBack()) heldBack.remove(link);
        if (!link.hasSent()) return List.of();
        drained.remove(link);
        waiting.removeIf(transfer -> {
            if (transfer.link() != link) return false;
            LargeTransfers.withdraw(transfer);
            return true;
        });
        session.connection().channels().large().withdraw(link);
        return unsettled.removeIf(delivery -> delivery.link() == link);
    }

    /** An error detaches the link that these deliveries came by. */
    void keepErrant(OutgoingLink link, List<OutgoingDelivery> withdrawn) {
        errant.add(link, withdrawn);
    }

    /** The peer has detached it too. */
    void forgetErrant(OutgoingLink link) {
        errant.forget(link);
    }
}
