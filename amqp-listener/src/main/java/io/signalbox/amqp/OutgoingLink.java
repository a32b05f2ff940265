package io.signalbox.amqp;

import io.signalbox.amqp.SessionOutput.OutgoingDelivery;
import io.signalbox.broker.LargeReader;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import io.signalbox.broker.store.StoreException;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the broker sends (AMQP 1.0 §2.6): the peer's credit becomes a grant to the queue, the queue's deliveries
 * become transfers, the peer's outcomes go back. Confined to the connection's event loop.
 */
final class OutgoingLink implements AmqpLink, DeliveryListener {

    private final AmqpSession session;
    private final LinkEnd end;
    private final LinkCredit credit = new LinkCredit();
    private final long peerMaxMessageBytes;
    /** What the peer asks for, until that is looked for. */
    private @Nullable SourceWish wish;

    private @Nullable Supply supply;
    private long grantedTo;
    private int drainsUnderWay;
    private boolean heldBack;
    private LargeTransfers.@Nullable LargeTransfer large;

    /** Where the deliveries come from, once it is known. */
    private record Supply(
            TerminusResolver resolver, TerminusResolver.ConsumeSource source, Subscription subscription) {}

    OutgoingLink(AmqpSession session, Attach wanted) {
        this.session = session;
        this.wish = SourceWish.of(session.connection().originName(), wanted, this::stolenFromElsewhere);
        this.end = new LinkEnd(session, this, wanted);
        long limit = wanted.getMaxMessageSize() == null
                ? 0
                : wanted.getMaxMessageSize().longValue();
        this.peerMaxMessageBytes = limit == 0 ? Long.MAX_VALUE : limit; // AMQP 1.0 §2.7.3: zero = no limit
    }

    int handle() {
        return end.handle();
    }

    /** Whether the queue is told to wait although the peer has given credit. */
    boolean isHeldBack() {
        return heldBack;
    }

    /** The large delivery that is on its way out. */
    LargeTransfers.@Nullable LargeTransfer large() {
        return large;
    }

    void largeBegins(LargeTransfers.LargeTransfer begun) {
        large = begun;
    }

    void largeHasEnded() {
        large = null;
        passOnCredit();
        if (credit.isDraining()) drain();
    }

    /** Whether the queue has handed this link anything so far. */
    boolean hasSent() {
        return credit.queueDeliveries() > 0;
    }

    /** Looks for the source and answers the attach when it is there. */
    void begin(TerminusResolver resolver) {
        SourceWish asked = wish;
        wish = null;
        if (asked == null) throw new IllegalStateException("a link begins once");
        if (asked.isLookup() && end.isNameInUse()) {
            String sentence = "the link " + end.wanted().getName() + " is in use; detach it first";
            end.refuse(Refusal.ofLink(AmqpError.RESOURCE_LOCKED, sentence));
            return;
        }
        end.begin();
        try {
            resolver.source(asked).whenComplete((source, failure) -> {
                if (failure == null && !end.isAttaching()) resolver.release(source); // the peer did not wait
                session.run(this, () -> {
                    if (!end.isAttaching()) return;
                    if (failure == null) attachOrRelease(resolver, source, asked.messages());
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

    private void attachOrRelease(
            TerminusResolver resolver, TerminusResolver.ConsumeSource source, @Nullable Source asked) {
        try {
            attach(resolver, source, asked);
        } catch (FrameWriter.FrameTooLarge e) {
            resolver.release(source);
            throw e;
        }
    }

    private void attach(TerminusResolver resolver, TerminusResolver.ConsumeSource source, @Nullable Source asked) {
        Attach answer = end.answer();
        answer.setSource(ActualSource.of(asked, source));
        answer.setTarget(
                end.wanted().getTarget() == null ? new Target() : end.wanted().getTarget());
        end.attach(answer);
        Settlement settlement =
                end.senderSettleMode() == SenderSettleMode.SETTLED ? Settlement.ON_DISPATCH : Settlement.BY_CONSUMER;
        String name = session.connection().originName() + "/" + end.wanted().getName();
        SourceView view = source.view();
        SubscriptionSettings settings =
                new SubscriptionSettings(session.connection().loop(), settlement, name, view.filter(), view.mode());
        supply = new Supply(resolver, source, source.queue().subscribe(settings, this));
        passOnCredit(); // a flow may have come while the source was looked for
        if (credit.isDraining()) drain();
    }

    // ---- credit

    @Override
    public void onFlow(Flow flow) throws Refusal {
        end.checkIsNotErrant();
        if (flow.getLinkCredit() != null) {
            long granted = flow.getLinkCredit().longValue();
            if (flow.getDeliveryCount() == null) credit.onFlowBeforeAttach(granted, flow.getDrain());
            else credit.onFlow(flow.getDeliveryCount().intValue(), granted, flow.getDrain());
        }
        if (supply != null) {
            passOnCredit();
            if (credit.isDraining()) drain();
        }
        if (flow.getEcho() && end.isAttached() && !credit.isDraining()) writeFlow();
    }

    /** While a large delivery is under way, or the peer's window, its socket or its settling lags, the queue keeps what it has. */
    private void passOnCredit() {
        Supply from = supply;
        if (from == null) return;
        boolean congested = session.output().isCongested();
        long limit = congested || large != null ? credit.queueDeliveries() : credit.queueLimit();
        if (congested && !heldBack && limit < credit.queueLimit()) {
            heldBack = true;
            session.output().holdBack(this);
        }
        if (limit == grantedTo) return;
        grantedTo = limit;
        from.subscription().grantUpTo(limit);
    }

    private void drain() {
        if (supply == null) return;
        drainsUnderWay++;
        supply.subscription().drain();
    }

    /** There is room again. */
    void resume() {
        heldBack = false;
        passOnCredit();
        if (credit.isDraining()) drain();
    }

    @Override
    public void onDrained() {
        drainsUnderWay--;
        // while deliveries are held back the queue had nothing that it might send: it is asked again
        if (drainsUnderWay == 0 && !heldBack && credit.isDraining())
            session.output().answerDrainInTurn(this);
    }

    /** AMQP 1.0 §2.6.7: what is left of the credit is used up, once all deliveries have left. */
    void answerDrain() {
        if (!end.isAttached() || !credit.isDraining() || drainsUnderWay > 0 || large != null) return;
        credit.drained();
        writeFlow();
    }

    private void writeFlow() {
        Flow flow = end.flow(credit.deliveryCount(), credit.linkCredit());
        flow.setDrain(credit.isDraining());
        session.write(flow);
    }

    // ---- deliveries

    @Override
    public void onDelivery(Delivery delivery) {
        if (!isSent(delivery)) delivery.message().release();
        if (session.output().isCongested() || large != null) passOnCredit();
    }

    private boolean isSent(Delivery delivery) {
        if (supply == null) return false;
        OutgoingBody body;
        try {
            body = OutgoingBody.of(delivery.message(), delivery.annotations());
        } catch (IllegalArgumentException e) {
            session.connection().listener().counters().unreadable.increment();
            giveBack(delivery, new Outcome.Rejected("it cannot be written as AMQP"));
            return false;
        }
        if (body.size() > peerMaxMessageBytes) {
            if (delivery.isSettled())
                session.connection().listener().counters().droppedTooLarge.increment();
            giveBack(delivery, new Outcome.Modified(false, true));
            return false;
        }
        if (!credit.isAvailable() && !delivery.isSettled()) {
            giveBack(delivery, Outcome.RELEASED); // it crossed a flow that took the credit back
            return false;
        }
        send(delivery, body);
        return true;
    }

    private void giveBack(Delivery delivery, Outcome outcome) {
        credit.returned();
        if (supply != null && !delivery.isSettled()) supply.subscription().settle(delivery, outcome);
    }

    private void send(Delivery delivery, OutgoingBody body) {
        Envelope envelope = delivery.message().envelope();
        credit.sent();
        session.connection().listener().counters().sent.increment();
        MessageHeader header = new MessageHeader(
                envelope.durable(),
                envelope.priority(),
                remainingMillis(envelope),
                !delivery.isRedelivered(),
                delivery.deliveryCount());
        LargeReader reader = body.reader(session.connection(), this::unreadable).orElse(null);
        session.output().send(new OutgoingTransfer(this, delivery, header, body, reader));
    }

    private void unreadable(StoreException cause) {
        session.run(this, () -> {
            throw Refusal.ofLink(
                    AmqpError.INTERNAL_ERROR, "the rest of a message cannot be read: " + cause.getMessage());
        });
    }

    private long remainingMillis(Envelope envelope) {
        if (envelope.expiresAtMillis() == Envelope.NEVER) return MessageHeader.NO_TTL;
        long nowMillis = session.connection().listener().clock().millis();
        return Math.max(1, envelope.expiresAtMillis() - nowMillis); // it was alive when the queue let it go
    }

    @Override
    public void onBatchEnd() {
        passOnCredit();
        session.connection().endOfBatch();
    }

    // ---- outcomes

    /** The peer has settled: the outcome holds and nobody waits for an answer. */
    void settledByPeer(OutgoingDelivery delivery, @Nullable DeliveryState state) throws Refusal {
        if (supply != null) supply.subscription().settle(delivery.delivery(), outcomeOf(delivery, state));
    }

    /** The peer waits for this side to settle: that happens when the outcome is durable. */
    void settleForPeer(OutgoingDelivery delivery, @Nullable DeliveryState state) throws Refusal {
        if (supply == null) return;
        long token = Outcomes.token(delivery.deliveryId(), state);
        supply.subscription().settle(delivery.delivery(), outcomeOf(delivery, state), token);
    }

    private Outcome outcomeOf(OutgoingDelivery delivery, @Nullable DeliveryState state) throws Refusal {
        Outcome outcome =
                Outcomes.of(state, defaultOutcome(), delivery.delivery().annotations());
        boolean adds = outcome instanceof Outcome.Modified modified
                && !modified.annotations().isEmpty();
        if (adds && session.connection().listener().broker().memory().isTight()) {
            throw Refusal.ofSession(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "there is no memory to add annotations to messages now");
        }
        return outcome;
    }

    @Override
    public void onSettled(long token) {
        session.output().answerSettled(Outcomes.deliveryId(token), Outcomes.state(token));
    }

    private @Nullable DeliveryState defaultOutcome() {
        boolean named = end.wanted().getSource() instanceof Source source && source.getDefaultOutcome() != null;
        return named ? (DeliveryState) ((Source) end.wanted().getSource()).getDefaultOutcome() : null;
    }

    // ---- the end

    @Override
    public void onQueueDeleted() {
        session.run(this, () -> {
            throw Refusal.ofLink(AmqpError.RESOURCE_DELETED, "the queue was removed");
        });
    }

    @Override
    public void onDetach(Detach detach) {
        session.output().forgetErrant(this);
        Supply from = supply;
        letGo();
        if (from == null || !detach.getClosed()) {
            if (from != null) from.resolver().release(from.source());
            end.onDetach(detach);
            return;
        }
        end.peerDetached();
        from.resolver()
                .end(from.source())
                .whenComplete((ended, failure) -> session.run(this, () -> {
                    if (failure == null) end.onDetach(detach);
                    else end.onDetach(detach, Refusal.of(failure));
                }));
    }

    @Override
    public void detach(Refusal refusal) {
        boolean wasAttached = end.isAttached();
        List<OutgoingDelivery> withdrawn = release();
        end.detach(refusal);
        if (wasAttached) session.output().keepErrant(this, withdrawn);
    }

    @Override
    public void stolen() {
        detach(LinkEnd.stolenBy(end.wanted().getName()));
    }

    /** A link of another connection has the subscription now. Any thread. */
    private void stolenFromElsewhere() {
        session.connection().loop().execute(() -> session.run(this, this::stolen));
    }

    @Override
    public void leave() {
        release();
        end.gone();
    }

    private List<OutgoingDelivery> release() {
        Supply from = supply;
        List<OutgoingDelivery> withdrawn = letGo();
        if (from != null) from.resolver().release(from.source());
        return withdrawn;
    }

    /** It is not sent any more; if it is not settled, the queue gets it back with the link's end. */
    void withdrawn(Delivery delivery) {
        if (supply != null) supply.subscription().withdrawn(delivery);
    }

    /** AMQP 1.0 §3.5.3: deliveries without an outcome get the source's default outcome when it goes; else they are released. */
    private List<OutgoingDelivery> letGo() {
        Supply from = supply;
        if (from == null) return List.of();
        boolean wanted = defaultOutcome() != null;
        List<OutgoingDelivery> withdrawn = session.output().withdraw(this);
        for (OutgoingDelivery delivery : withdrawn) {
            if (wanted) settleByDefault(from, delivery);
        }
        supply = null;
        from.subscription().close();
        return withdrawn;
    }

    private void settleByDefault(Supply from, OutgoingDelivery delivery) {
        try {
            from.subscription().settle(delivery.delivery(), outcomeOf(delivery, null));
        } catch (Refusal e) {
            // its annotations are not kept: it is released with the rest
        }
    }
}
