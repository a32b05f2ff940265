package io.signalbox.amqp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SessionError;
import org.jspecify.annotations.Nullable;

/**
 * One session (AMQP 1.0 §2.5): its windows, its links by handle, and the answers that wait for the next flush. The channel
 * is the peer's; each side numbers its own, so the same number is free on ours. Confined to the connection's event loop.
 */
final class AmqpSession {

    /** Transfer frames a peer may have under way in one session. */
    private static final int INCOMING_WINDOW_FRAMES = 2048;

    private static final int MAX_LINK_NAME_CHARS = 4096;

    /** Of all attaches that are kept with their links, about twice that on the heap; one more may come beyond. */
    private static final long MOST_ATTACH_BYTES = 512 << 10;

    private final AmqpConnection connection;
    private final int channel;
    private final long peerHandleMax;
    private final SessionWindow window;
    private final SessionOutput output;
    private final Dispositions answers;
    private final Map<Integer, AmqpLink> links = new HashMap<>(4);
    private final List<IncomingLink> touched = new ArrayList<>(2);
    private final TerminusResolver resolver;
    private boolean ending;
    private boolean isTouched;
    private long touchedAtMillis;

    /** The link that was looked for last, which most often is looked for again. */
    private @Nullable AmqpLink lastLink;

    private long lastHandle;
    private boolean deliverySeen;
    private int lastDeliveryId;

    AmqpSession(AmqpConnection connection, int channel, Begin peerBegin) {
        this.connection = connection;
        this.channel = channel;
        this.peerHandleMax = peerBegin.getHandleMax() == null
                ? 0xffff_ffffL
                : peerBegin.getHandleMax().longValue();
        this.window = new SessionWindow(
                INCOMING_WINDOW_FRAMES,
                peerBegin.getNextOutgoingId().intValue(),
                peerBegin.getIncomingWindow().intValue());
        this.output = new SessionOutput(this, window);
        this.answers = new Dispositions(connection.writer(), channel, Role.RECEIVER);
        this.resolver = connection.resolver();
    }

    /** The begin that answers the peer's. */
    Begin begin() {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.valueOf(window.nextOutgoingId()));
        begin.setIncomingWindow(UnsignedInteger.valueOf(window.incomingWindow()));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(window.outgoingWindow()));
        begin.setHandleMax(UnsignedInteger.valueOf(limits().maxLinks() - 1));
        return begin;
    }

    private AmqpSettings.Limits limits() {
        return connection.listener().settings().limits();
    }

    void onPerformative(Object performative, Payload payload) throws Refusal {
        if (ending) {
            if (performative instanceof End) connection.channels().ended(channel);
            return; // AMQP 1.0 §2.5.5: what was on its way when our end left is not heard
        }
        if (performative instanceof IncomingTransfer transfer) {
            onTransfer(transfer, payload);
            return;
        }
        if (payload.size() > 0) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "only transfer frames carry a payload");
        }
        if (performative instanceof Disposition disposition) onDisposition(disposition);
        else if (performative instanceof Flow flow) onFlow(flow);
        else if (performative instanceof Attach attach) onAttach(attach);
        else if (performative instanceof Detach detach)
            linkOf(detach.getHandle().longValue()).onDetach(detach);
        else if (performative instanceof End) onEnd();
        else throw Refusal.ofConnection(AmqpError.DECODE_ERROR, "a frame has a body that is not a performative");
    }

    private void onTransfer(IncomingTransfer transfer, Payload payload) throws Refusal {
        if (!window.receivedTransfer()) {
            throw Refusal.ofSession(SessionError.WINDOW_VIOLATION, "more transfers came than the window allows");
        }
        touch();
        AmqpLink link = linkOf(transfer.handle());
        if (!(link instanceof IncomingLink incoming)) {
            throw Refusal.ofSession(SessionError.ERRANT_LINK, "a transfer came on a link that sends to you");
        }
        try {
            incoming.onTransfer(transfer, payload);
        } catch (Refusal refusal) {
            if (refusal.scope() != Refusal.Scope.LINK) throw refusal;
            link.detach(refusal);
        }
    }

    /** AMQP 1.0 §2.7.5: delivery-ids of a session are serial numbers; they only grow. */
    void checkDeliveryId(int deliveryId) throws Refusal {
        if (deliverySeen && !SerialNumber.isBefore(lastDeliveryId, deliveryId)) {
            throw Refusal.ofSession(AmqpError.INVALID_FIELD, "delivery-ids must grow");
        }
        deliverySeen = true;
        lastDeliveryId = deliveryId;
    }

    private void onDisposition(Disposition disposition) throws Refusal {
        // the sender's own settling needs nothing: of an incoming delivery nothing is kept once it is answered
        if (disposition.getRole() == Role.RECEIVER) output.onDisposition(disposition);
    }

    private void onFlow(Flow flow) throws Refusal {
        if (flow.getNextIncomingId() == null) {
            window.onFlowBeforeBegin(
                    flow.getIncomingWindow().intValue(),
                    flow.getNextOutgoingId().intValue());
        } else {
            window.onFlow(
                    flow.getNextIncomingId().intValue(),
                    flow.getIncomingWindow().intValue(),
                    flow.getNextOutgoingId().intValue());
        }
        if (flow.getHandle() != null) linkOf(flow.getHandle().longValue()).onFlow(flow);
        else if (flow.getEcho()) write(flow());
        outputMayContinue();
    }

    private void onAttach(Attach attach) throws Refusal {
        long handle = attach.getHandle().longValue();
        checkIsInRange(handle);
        if (handle > peerHandleMax) {
            throw Refusal.ofSession(AmqpError.NOT_ALLOWED, "handle " + handle + " is above your own handle-max");
        }
        if (links.containsKey((int) handle)) {
            // AMQP 1.0 §2.7.3: "an immediate close carrying a handle-in-use session-error"
            throw Refusal.ofConnection(SessionError.HANDLE_IN_USE, "handle " + handle + " is attached already");
        }
        if (attach.getName().length() > MAX_LINK_NAME_CHARS) {
            throw Refusal.ofSession(AmqpError.INVALID_FIELD, "a link name has at most 4096 characters");
        }
        if (connection.channels().linkCount() >= limits().maxLinks()) {
            throw Refusal.ofSession(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "the connection has " + limits().maxLinks() + " links already");
        }
        if (connection.channels().attachBytes() >= MOST_ATTACH_BYTES) {
            throw Refusal.ofSession(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED,
                    "the names, addresses and filters of the connection's links have 512 KiB already; shorten them, or"
                            + " use another connection");
        }
        if (attach.getRole() == Role.SENDER) {
            IncomingLink link = new IncomingLink(this, attach);
            links.put((int) handle, link);
            link.begin(resolver);
        } else {
            OutgoingLink link = new OutgoingLink(this, attach);
            links.put((int) handle, link);
            link.begin(resolver);
        }
    }

    /** AMQP 1.0 §2.7.2: handle-max is the highest handle, whatever the frame that names one is. */
    private void checkIsInRange(long handle) throws Refusal {
        if (handle < limits().maxLinks()) return;
        throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "handle " + handle + " is above handle-max");
    }

    private AmqpLink linkOf(long handle) throws Refusal {
        AmqpLink last = lastLink;
        if (last != null && handle == lastHandle) return last;
        checkIsInRange(handle);
        AmqpLink link = links.get((int) handle);
        if (link == null) {
            throw Refusal.ofSession(SessionError.UNATTACHED_HANDLE, "no link is attached with handle " + handle);
        }
        lastLink = link;
        lastHandle = handle;
        return link;
    }

    int linkCount() {
        return links.size();
    }

    void linkGone(int handle) {
        links.remove(handle);
        lastLink = null;
    }

    private void onEnd() {
        leave();
        connection.channels().ended(channel);
        write(new End());
    }

    /** Ends the session with an error; the peer's end is awaited. */
    void end(Refusal refusal) {
        if (ending) return;
        leave();
        ending = true;
        End end = new End();
        end.setError(refusal.toError());
        write(end);
    }

    /** Lets go of everything in the broker. */
    void leave() {
        for (AmqpLink link : List.copyOf(links.values())) link.leave();
        links.clear();
        lastLink = null;
        touched.clear();
    }

    /** Runs what comes back from the core for one of this session's links. */
    void run(AmqpLink link, ThrowingTask task) {
        connection.run(() -> {
            try {
                task.run();
            } catch (Refusal refusal) {
                switch (refusal.scope()) {
                    case LINK -> link.detach(refusal);
                    case SESSION -> end(refusal);
                    case CONNECTION -> throw refusal;
                }
            }
        });
    }

    /** A link has answers to send or credit to give with the next flush; called once until then. */
    void touch(IncomingLink link) {
        touched.add(link);
        touch();
    }

    /** Something is to be written with the next flush. */
    void touch() {
        if (isTouched) return;
        isTouched = true;
        touchedAtMillis = connection.listener().clock().millis();
        connection.touch(this);
    }

    /** When the messages came that are being read, in wall-clock milliseconds: the clock is asked once for those of one read. */
    long arrivedAtMillis() {
        return touchedAtMillis;
    }

    /** Writes what has gathered: answers first, then credit. */
    void beforeFlush() {
        isTouched = false;
        if (ending) return;
        answers.flush();
        output.flushAnswers();
        for (int i = 0; i < touched.size(); i++) touched.get(i).grantIfDue();
        touched.clear();
        if (window.wantsToReopen()) write(flow());
    }

    /** The peer's window, the socket or settlements may have made room. */
    void outputMayContinue() {
        if (!ending) output.mayContinue();
    }

    /** A flow frame with this session's state (AMQP 1.0 §2.5.6). */
    Flow flow() {
        window.reopen();
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(window.nextIncomingId()));
        flow.setIncomingWindow(UnsignedInteger.valueOf(window.incomingWindow()));
        flow.setNextOutgoingId(UnsignedInteger.valueOf(window.nextOutgoingId()));
        flow.setOutgoingWindow(UnsignedInteger.valueOf(window.outgoingWindow()));
        return flow;
    }

    void write(Object performative) {
        connection.writer().frame(FrameReader.TYPE_AMQP, channel, performative);
    }

    Dispositions answers() {
        return answers;
    }

    SessionOutput output() {
        return output;
    }

    AmqpConnection connection() {
        return connection;
    }

    int channel() {
        return channel;
    }
}
