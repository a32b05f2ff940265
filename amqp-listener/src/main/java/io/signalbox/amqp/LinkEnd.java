package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.SessionError;
import org.jspecify.annotations.Nullable;

/**
 * What both directions of link have in common: attach, detach, refusal (AMQP 1.0 §2.6.3 to §2.6.5). The handle is the one the
 * peer chose; each side numbers its own, so the same number is free on ours. Confined to the connection's event loop.
 */
final class LinkEnd {

    /** How far the link has come. */
    private enum State {
        /** The peer has attached, its terminus is being looked for. */
        ATTACHING,
        ATTACHED,
        /** The peer has detached, our answer waits for the broker. */
        PEER_DETACHED,
        /** Our detach is sent, the peer's is awaited. */
        DETACH_SENT,
        DETACHED
    }

    private final AmqpSession session;
    private final AmqpLink link;
    private final Attach wanted;
    private String directedName;
    private State state = State.ATTACHING;
    private boolean errant;

    LinkEnd(AmqpSession session, AmqpLink link, Attach wanted) {
        this.session = session;
        this.link = link;
        this.wanted = slim(wanted);
        this.directedName = wanted.getRole() + " " + wanted.getName();
    }

    /** An attach is kept as long as its link lives: what is not looked at again is not kept. */
    private static Attach slim(Attach attach) {
        attach.setUnsettled(null);
        attach.setProperties(null);
        attach.setDesiredCapabilities();
        attach.setOfferedCapabilities();
        return attach;
    }

    void begin() {
        session.connection().channels().nameTaken(directedName, link, encodedBytes());
    }

    private int encodedBytes() {
        ByteBuf out = Unpooled.buffer(256);
        PerformativeCodec.ofThread().encode(wanted, new ByteBufSink(out));
        return out.writerIndex();
    }

    /** Whether another link of this name is attached in the same direction. */
    boolean isNameInUse() {
        return session.connection().channels().hasLink(directedName);
    }

    Attach wanted() {
        return wanted;
    }

    int handle() {
        return wanted.getHandle().intValue();
    }

    boolean isAttaching() {
        return state == State.ATTACHING;
    }

    boolean isAttached() {
        return state == State.ATTACHED;
    }

    /** Whether an error has detached the link after it was attached, and the peer's detach is awaited. */
    boolean isErrant() {
        return errant;
    }

    /** AMQP 1.0 §2.6.5: input for a link that was detached with an error ends the session. */
    void checkIsNotErrant() throws Refusal {
        if (errant) throw errantLink(handle());
    }

    static Refusal errantLink(int handle) {
        return Refusal.ofSession(
                SessionError.ERRANT_LINK,
                "a frame came for the link with handle " + handle + ", which was detached with an error");
    }

    SenderSettleMode senderSettleMode() {
        return wanted.getSndSettleMode() == null ? SenderSettleMode.MIXED : wanted.getSndSettleMode();
    }

    ReceiverSettleMode receiverSettleMode() {
        return wanted.getRcvSettleMode() == null ? ReceiverSettleMode.FIRST : wanted.getRcvSettleMode();
    }

    /** The attach that answers the peer's, without its termini. */
    Attach answer() {
        Attach answer = new Attach();
        answer.setName(wanted.getName());
        answer.setHandle(wanted.getHandle());
        answer.setRole(wanted.getRole() == Role.SENDER ? Role.RECEIVER : Role.SENDER);
        answer.setSndSettleMode(senderSettleMode());
        answer.setRcvSettleMode(receiverSettleMode());
        if (answer.getRole() == Role.SENDER) answer.setInitialDeliveryCount(UnsignedInteger.ZERO);
        return answer;
    }

    void attach(Attach answer) {
        state = State.ATTACHED;
        session.write(answer);
    }

    /** AMQP 1.0 §2.6.3: a refused attach is answered with an attach that has no terminus, then detached with the reason. */
    void refuse(Refusal refusal) {
        detach(refusal);
    }

    /** Always closes: a client may know no other detach. */
    void detach(Refusal refusal) {
        if (state == State.ATTACHING) session.write(answer());
        else if (state != State.ATTACHED) return;
        errant = state == State.ATTACHED;
        session.connection().listener().counters().linkErrors.increment();
        state = State.DETACH_SENT;
        session.connection().channels().nameFreed(directedName, link);
        Detach detach = new Detach();
        detach.setHandle(wanted.getHandle());
        detach.setClosed(true);
        detach.setError(refusal.toError());
        session.write(detach);
        keepHandleOnly();
    }

    /** Until the peer detaches too, if it ever does. */
    private void keepHandleOnly() {
        wanted.setSource(null);
        wanted.setTarget(null);
        wanted.setName("");
        directedName = "";
    }

    /** The peer has detached and is answered later. */
    void peerDetached() {
        if (state == State.ATTACHED) state = State.PEER_DETACHED;
    }

    void onDetach(Detach detach) {
        onDetach(detach, null);
    }

    /** Answers the peer's detach; the refusal says what of it did not come to pass. */
    void onDetach(Detach detach, @Nullable Refusal refusal) {
        if (state == State.DETACHED) return;
        if (state == State.ATTACHING) session.write(answer());
        if (state != State.DETACH_SENT) {
            Detach answer = new Detach();
            answer.setHandle(wanted.getHandle());
            answer.setClosed(detach.getClosed());
            if (refusal != null) answer.setError(refusal.toError());
            session.write(answer);
        }
        gone();
    }

    void gone() {
        if (state == State.DETACHED) return;
        state = State.DETACHED;
        session.connection().channels().nameFreed(directedName, link);
        session.linkGone(handle());
    }

    /** A flow frame that speaks of this link. */
    Flow flow(int deliveryCount, int credit) {
        Flow flow = session.flow();
        flow.setHandle(wanted.getHandle());
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        return flow;
    }

    static Refusal stolenBy(String name) {
        return Refusal.ofLink(LinkError.STOLEN, "another link of the name " + name + " was attached");
    }
}
