package io.signalbox.amqp;

import io.signalbox.amqp.TerminusResolver.PublishTarget;
import io.signalbox.broker.Admission;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import java.util.Optional;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the peer sends (AMQP 1.0 §2.6): credit, deliveries, and the answers that come back from the core. Confined
 * to the connection's event loop.
 */
final class IncomingLink implements AmqpLink, PublishListener, AnonymousTerminus.Outlet {

    private static final Accepted ACCEPTED = Accepted.getInstance();
    private static final Released RELEASED = Released.getInstance();
    private static final int MAX_TAG_BYTES = 32; // AMQP 1.0 §2.8.7

    private final AmqpSession session;
    private final LinkEnd end;
    private final CreditGrant credit;
    private final long maxMessageBytes;
    private final RoomHold room = new RoomHold();
    private @Nullable PublishRoute route;
    private @Nullable PartialDelivery partial;
    private boolean touched;
    private int parkedMessages;
    private long parkedBytes;

    IncomingLink(AmqpSession session, Attach wanted) {
        this.session = session;
        this.end = new LinkEnd(session, this, wanted);
        this.credit = new CreditGrant(
                wanted.getInitialDeliveryCount() == null
                        ? 0
                        : wanted.getInitialDeliveryCount().intValue());
        this.maxMessageBytes = session.connection().listener().maxMessageBytes();
    }

    /** Looks for the target and answers the attach when it is there. */
    void begin(TerminusResolver resolver) {
        end.begin();
        if (end.wanted().getTarget() instanceof Target target && target.getAddress() == null && !target.getDynamic()) {
            AnonymousTerminus terminus =
                    new AnonymousTerminus(resolver, session.connection().intake(), target, this);
            attach(new PublishRoute.ByMessage(terminus, session.connection().openPublisher(this)));
            return;
        }
        try {
            resolver.target(end.wanted().getTarget(), end.wanted().getName()).whenComplete((target, failure) -> {
                if (failure == null && !end.isAttaching()) resolver.release(target); // the peer did not wait
                session.run(this, () -> {
                    if (!end.isAttaching()) return;
                    if (failure == null)
                        attach(new PublishRoute.ToNode(
                                resolver, target, session.connection().openPublisher(this)));
                    else refuse(Refusal.of(failure));
                });
            });
        } catch (Refusal refusal) {
            end.refuse(refusal);
        }
    }

    private void refuse(Refusal refusal) throws Refusal {
        if (refusal.scope() == Refusal.Scope.CONNECTION) throw refusal;
        end.refuse(refusal);
    }

    private void attach(PublishRoute found) {
        route = found;
        Attach answer = end.answer();
        answer.setSource(end.wanted().getSource());
        answer.setTarget(ActualTarget.of(
                end.wanted().getTarget(),
                found instanceof PublishRoute.ToNode there ? Optional.of(there.target()) : Optional.empty()));
        answer.setMaxMessageSize(UnsignedLong.valueOf(maxMessageBytes));
        end.attach(answer);
        grantIfDue();
    }

    // ---- deliveries

    void onTransfer(IncomingTransfer transfer, Payload payload) throws Refusal {
        if (end.isAttaching()) throw exceedsCredit();
        end.checkIsNotErrant();
        if (!end.isAttached()) return; // on its way when our refusal left
        if (transfer.resume()) throw notOffered("resuming deliveries");
        PartialDelivery open = partial;
        if (open == null) {
            begin(transfer, payload);
        } else if (transfer.aborted()) {
            dropPartial(); // AMQP 1.0 §2.7.5: "aborted messages SHOULD be discarded by the recipient"
            touch();
        } else {
            open.add(transfer, payload);
            if (!transfer.more()) deliver(open);
        }
    }

    private void begin(IncomingTransfer transfer, Payload payload) throws Refusal {
        if (transfer.deliveryId() == IncomingTransfer.ABSENT || transfer.tagBytes() == IncomingTransfer.ABSENT) {
            throw Refusal.ofSession(AmqpError.INVALID_FIELD, "the first transfer of a delivery needs an id and a tag");
        }
        if (transfer.tagBytes() > MAX_TAG_BYTES) {
            throw Refusal.ofSession(AmqpError.INVALID_FIELD, "a delivery-tag has at most 32 bytes");
        }
        if (transfer.messageFormat() > 0) {
            throw notOffered("message formats other than that of AMQP 1.0");
        }
        if (transfer.transactional()) {
            throw notOffered("transactions");
        }
        int deliveryId = (int) transfer.deliveryId();
        session.checkDeliveryId(deliveryId);
        if (!credit.received()) throw exceedsCredit();
        if (transfer.aborted()) {
            touch(); // it has used credit up
            return;
        }
        Answer answer = Answer.to(transfer, end.receiverSettleMode());
        if (!transfer.more()) {
            if (payload.size() > maxMessageBytes) throw tooLarge();
            deliver(deliveryId, answer, payload);
            return;
        }
        PartialDelivery begun =
                new PartialDelivery(session.connection(), deliveryId, answer, maxMessageBytes, payload.size());
        partial = begun;
        begun.add(transfer, payload);
    }

    private void deliver(PartialDelivery whole) throws Refusal {
        if (whole.isLarge()) {
            long token = received(whole.deliveryId(), whole.answer(), PartialDelivery.MOST_INLINE_BYTES);
            ArrivedMessage message = whole.complete(token, nowMillis());
            dropPartial();
            deliver(message);
            return;
        }
        dropPartial();
        deliver(whole.deliveryId(), whole.answer(), whole.content());
    }

    private void dropPartial() {
        if (partial != null) partial.letGo();
        partial = null;
    }

    /**
     * A delivery is complete.
     *
     * @param bytes of memory that it takes
     * @return what is told with its outcome
     */
    private long received(int deliveryId, Answer answer, int bytes) {
        session.connection().listener().counters().received.increment();
        credit.awaitsAnswer(bytes);
        long token = PublishToken.of(deliveryId, bytes);
        if (answer == Answer.NONE) return PublishToken.settled(token);
        return answer == Answer.LEFT_TO_PEER ? PublishToken.leftToPeer(token) : token;
    }

    private long nowMillis() {
        return session.arrivedAtMillis();
    }

    private void deliver(int deliveryId, Answer answer, Payload payload) throws Refusal {
        long token = received(deliveryId, answer, payload.size());
        ArrivedMessage message;
        try {
            message = ArrivedMessage.read(token, payload, nowMillis());
        } catch (Refusal refusal) {
            if (refusal.scope() == Refusal.Scope.LINK) throw refusal;
            refuse(token, refusal);
            return;
        }
        deliver(message);
    }

    private void deliver(ArrivedMessage message) throws Refusal {
        if (route instanceof PublishRoute.ToNode there) {
            try {
                there.checkItIsThere();
            } catch (Refusal refusal) {
                message.abandon();
                throw refusal;
            }
            publish(there.target(), message);
        } else if (route instanceof PublishRoute.ByMessage there)
            there.terminus().accept(message);
    }

    @Override
    public void publish(PublishTarget target, ArrivedMessage arrived) throws Refusal {
        PublishRoute there = route;
        if (there == null) throw new IllegalStateException("a delivery came on a link that is not attached");
        Admission admission;
        try {
            admission = there.publish(
                    target, arrived, session.connection().listener().host());
        } catch (Refusal refusal) {
            refuse(arrived, refusal);
            return;
        }
        if (admission == Admission.PARKED) {
            parkedMessages++;
            parkedBytes += arrived.size();
            session.connection().intake().parked(arrived.size());
        }
        touch();
    }

    @Override
    public void refuse(ArrivedMessage message, Refusal refusal) throws Refusal {
        message.abandon();
        refuse(message.token(), refusal);
    }

    /** A message that cannot be taken is rejected; a peer that has settled it hears of it by the end of the link. */
    private void refuse(long token, Refusal refusal) throws Refusal {
        if (PublishToken.isSettled(token)) throw Refusal.ofLink(refusal.condition(), refusal.sentence());
        answer(token, Outcomes.rejected(refusal.condition(), refusal.sentence()));
    }

    @Override
    public void run(ThrowingTask task) {
        session.run(this, task);
    }

    // ---- answers

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Stored) answer(token, ACCEPTED);
        else if (outcome instanceof PublishOutcome.Unroutable) {
            answer(token, PublishToken.isContentUnmatched(token) ? ACCEPTED : RELEASED);
        } else if (outcome instanceof PublishOutcome.Refused refused) {
            room.refused(refused);
            answer(token, Outcomes.rejected(Outcomes.conditionOf(refused.reason()), refused.sentence()));
        } else if (outcome instanceof PublishOutcome.Failed failed) {
            // whether the message survives is unknown: nothing is said about it, least of all that it was accepted
            session.connection().fail(Refusal.ofConnection(AmqpError.INTERNAL_ERROR, failed.sentence()));
        }
    }

    private void answer(long token, DeliveryState state) {
        credit.answered(PublishToken.bytes(token));
        touch();
        if (state instanceof Rejected)
            session.connection().listener().counters().rejected.increment();
        if (PublishToken.isSettled(token)) {
            if (state != ACCEPTED)
                session.connection().listener().counters().droppedSettled.increment();
        } else if (PublishToken.isLeftToPeer(token)) {
            session.answers().inform(PublishToken.deliveryId(token), state);
        } else {
            session.answers().settle(PublishToken.deliveryId(token), state);
        }
    }

    @Override
    public void onOutcomesEnd() {
        session.connection().endOfBatch();
    }

    @Override
    public void onUnblocked() {
        session.connection().intake().unparked(parkedMessages, parkedBytes);
        parkedMessages = 0;
        parkedBytes = 0;
        touch();
        session.connection().endOfBatch();
    }

    private void touch() {
        if (touched) return;
        touched = true;
        session.touch(this);
    }

    // ---- credit

    /** Gives credit if enough is used up; none while a message is parked or would be refused. Before a flush. */
    void grantIfDue() {
        touched = false;
        if (!end.isAttached() || isHeldUp() || awaitsRoom() || !credit.wantsToGrant()) return;
        credit.grant();
        writeFlow();
    }

    private boolean isHeldUp() {
        return parkedMessages > 0
                || (route instanceof PublishRoute.ByMessage way
                        && way.terminus().isWaiting());
    }

    private boolean awaitsRoom() {
        PublishRoute way = route;
        if (way == null) return false;
        return room.holds(
                way.publisher(),
                () -> way instanceof PublishRoute.ToNode there
                        && there.resolver().isDurableQueue(there.target()));
    }

    private void writeFlow() {
        session.write(end.flow(credit.deliveryCount(), credit.credit()));
    }

    @Override
    public void onFlow(Flow flow) throws Refusal {
        end.checkIsNotErrant();
        if (flow.getEcho() && end.isAttached()) writeFlow();
    }

    // ---- the end

    @Override
    public void onDetach(Detach detach) {
        release();
        end.onDetach(detach);
    }

    @Override
    public void detach(Refusal refusal) {
        release();
        end.detach(refusal);
    }

    @Override
    public void stolen() {
        detach(LinkEnd.stolenBy(end.wanted().getName()));
    }

    @Override
    public void leave() {
        release();
        end.gone();
    }

    /** Lets go of everything in the broker, once. */
    private void release() {
        dropPartial();
        PublishRoute way = route;
        route = null;
        if (way == null) return;
        way.publisher().close();
        if (way instanceof PublishRoute.ByMessage byMessage) {
            int waited = byMessage.terminus().close();
            session.connection().listener().broker().counters().droppedParked.add(waited);
        }
        if (way instanceof PublishRoute.ToNode there) there.resolver().release(there.target());
        if (parkedMessages > 0) session.connection().intake().unparked(parkedMessages, parkedBytes);
        parkedMessages = 0;
        parkedBytes = 0;
    }

    private static Refusal exceedsCredit() {
        return Refusal.ofLink(LinkError.TRANSFER_LIMIT_EXCEEDED, "a delivery came without credit");
    }

    private Refusal tooLarge() {
        return Refusal.ofLink(
                LinkError.MESSAGE_SIZE_EXCEEDED, "a message is larger than the " + maxMessageBytes + " bytes agreed");
    }

    private static Refusal notOffered(String what) {
        return Refusal.ofLink(AmqpError.NOT_IMPLEMENTED, "this broker does not offer " + what);
    }
}
