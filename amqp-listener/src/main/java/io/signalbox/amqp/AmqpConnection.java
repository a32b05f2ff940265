package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.Credentials;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Open;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AMQP connection (AMQP 1.0 §2.4): protocol headers, SASL, open, close, and the channels its sessions live on. The one
 * place where a peer's errors turn into answers. Confined to its event loop.
 */
final class AmqpConnection implements FrameReader.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(AmqpConnection.class);

    /** The largest frame taken before the peer has opened the connection, in bytes. */
    private static final int MAX_FRAME_BYTES_BEFORE_OPEN = 8192;

    /** Bytes of messages that may wait for space in the log before the socket is read no more. */
    private static final long MAX_PARKED_BYTES = 1 << 20;

    /** How far the connection has come (AMQP 1.0 §2.4.6, §5.3.2). */
    private enum State {
        AWAITS_HEADER,
        AWAITS_SASL_INIT,
        AUTHENTICATES,
        AWAITS_HEADER_AFTER_SASL,
        AWAITS_OPEN,
        OPEN,
        /** Our close is sent; the peer's is awaited and nothing else is heard. */
        CLOSE_SENT,
        ENDED
    }

    private final AmqpListener listener;
    private final Transport transport;
    private final FrameReader reader = new FrameReader(MAX_FRAME_BYTES_BEFORE_OPEN);
    private final FrameWriter writer;
    private final Loop loop;
    private final ConnectionTimers timers;
    private final Map<Integer, AmqpSession> sessions = new HashMap<>(4);
    private final Map<String, AmqpLink> linksByName = new HashMap<>(4);
    private final List<AmqpSession> touched = new ArrayList<>(2);
    private State state = State.AWAITS_HEADER;
    private boolean inBatch;
    private boolean headerSent;
    private boolean openSent;
    private int parkedMessages;
    private long parkedBytes;
    private PeerLimits peer = PeerLimits.BEFORE_OPEN;
    private String peerName = "";

    /** What the connection needs of the socket. */
    interface Transport {
        FrameWriter writer();

        ConnectionTimers.Scheduler scheduler();

        /** The event loop that the connection is confined to. */
        Executor executor();

        SocketAddress remoteAddress();

        /** Reads no more from the socket, or goes on. */
        void setReading(Reading reading);

        /** Closes the socket when all that is written has been sent. */
        void closeAfterFlush();
    }

    /** Whether the socket is read. */
    enum Reading {
        ON,
        OFF
    }

    /** What the peer's open said about what it takes. */
    private record PeerLimits(int maxFrameBytes, int channelMax) {
        static final PeerLimits BEFORE_OPEN = new PeerLimits(512, 65_535);
    }

    AmqpConnection(AmqpListener listener, Transport transport) {
        this.listener = listener;
        this.transport = transport;
        this.writer = transport.writer();
        this.loop = listener.broker().loopOf(transport.executor());
        this.timers = new ConnectionTimers(transport.scheduler(), writer, listener.settings(), new Silence());
        timers.start();
    }

    // ---- what comes from the socket

    /** Bytes from the peer. */
    void receive(ByteBuf in) {
        timers.heard();
        if (state == State.ENDED) return;
        inBatch = true;
        try {
            reader.feed(in, this);
        } catch (Refusal refusal) {
            fail(refusal);
        } catch (RuntimeException e) {
            failInternally(e);
        }
    }

    /** The socket has nothing more for now: everything that was produced leaves. */
    void endOfRead() {
        inBatch = false;
        flush();
    }

    /** The peer takes output again. */
    void writable() {
        if (writer.isCongested()) return;
        for (AmqpSession session : List.copyOf(sessions.values())) session.outputMayContinue();
        flush();
    }

    /** The socket is gone. */
    void disconnected() {
        end();
        writer.close();
    }

    @Override
    public void onProtocolHeader(long header) throws Refusal {
        if (state == State.AWAITS_HEADER && header == ProtocolHeader.SASL) {
            writer.protocolHeader(ProtocolHeader.SASL);
            writer.frame(
                    FrameReader.TYPE_SASL,
                    0,
                    SaslNegotiator.offer(listener.settings().mechanisms()));
            state = State.AWAITS_SASL_INIT;
        } else if (state == State.AWAITS_HEADER_AFTER_SASL && header == ProtocolHeader.AMQP) {
            sendHeader();
            state = State.AWAITS_OPEN;
        } else if (state == State.AWAITS_HEADER
                && header == ProtocolHeader.AMQP
                && listener.settings().mechanisms().contains(SaslMechanism.ANONYMOUS)) {
            sendHeader();
            authenticate(new Credentials.Anonymous(transport.remoteAddress()), new WithoutSasl());
        } else {
            // AMQP 1.0 §2.2: answer with a header that is supported, then close the socket
            LOG.debug("event=amqp_header_refused peer={} spoke=\"{}\"", peerName, ProtocolHeader.describe(header));
            writer.protocolHeader(state == State.AWAITS_HEADER ? ProtocolHeader.SASL : ProtocolHeader.AMQP);
            endAfterFlush();
        }
    }

    private void sendHeader() {
        writer.protocolHeader(ProtocolHeader.AMQP);
        headerSent = true;
    }

    @Override
    public void onFrame(int type, int channel, byte[] bytes, int from, int to) throws Refusal {
        if (state == State.ENDED) return;
        boolean saslExpected = state == State.AWAITS_SASL_INIT;
        if (saslExpected != (type == FrameReader.TYPE_SASL)) {
            throw Refusal.ofConnection(
                    ConnectionError.FRAMING_ERROR, "a frame of type " + type + " came where the other was due");
        }
        if (from == to) return; // an empty frame only shows that the peer lives
        int end = TypeWalk.skip(bytes, from, to);
        Object performative = PerformativeCodec.ofThread().decode(bytes, from, end);
        if (saslExpected) onSasl(performative);
        else if (state == State.CLOSE_SENT) onFrameAfterClose(performative);
        else onPerformative(channel, performative, new Payload(bytes, end, to));
    }

    /** What follows the performative in its frame. */
    record Payload(byte[] bytes, int from, int to) {
        int size() {
            return to - from;
        }
    }

    private void onFrameAfterClose(Object performative) {
        if (performative instanceof Close) endAfterFlush();
    }

    private void onPerformative(int channel, Object performative, Payload payload) throws Refusal {
        AmqpSession session = sessions.get(channel);
        try {
            if (performative instanceof Open open) {
                onOpen(open);
            } else if (state != State.OPEN) {
                throw Refusal.ofConnection(AmqpError.ILLEGAL_STATE, "the first frame of a connection must be open");
            } else if (performative instanceof Close) {
                onClose();
            } else if (performative instanceof Begin begin) {
                onBegin(channel, begin, session);
            } else if (session == null) {
                throw Refusal.ofConnection(AmqpError.ILLEGAL_STATE, "no session has begun on channel " + channel);
            } else {
                session.onPerformative(performative, payload);
            }
        } catch (Refusal refusal) {
            if (refusal.scope() == Refusal.Scope.CONNECTION || session == null) throw refusal;
            session.end(refusal);
        }
    }

    // ---- SASL

    private void onSasl(Object performative) throws Refusal {
        if (!(performative instanceof SaslInit init)) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "the first SASL frame of a client must be init");
        }
        Optional<Credentials> credentials =
                SaslNegotiator.credentials(init, listener.settings().mechanisms(), transport.remoteAddress());
        if (credentials.isEmpty()) refuseLogin(SaslCode.AUTH, "the mechanism or its response is not acceptable");
        else authenticate(credentials.get(), new WithSasl());
    }

    /** What follows a verdict. */
    private interface Login {
        void welcome();

        void refused(SaslCode code, String sentence);
    }

    private final class WithSasl implements Login {
        @Override
        public void welcome() {
            writer.frame(FrameReader.TYPE_SASL, 0, SaslNegotiator.outcome(SaslCode.OK));
            state = State.AWAITS_HEADER_AFTER_SASL;
            reader.expectProtocolHeader();
        }

        @Override
        public void refused(SaslCode code, String sentence) {
            refuseLogin(code, sentence);
        }
    }

    private final class WithoutSasl implements Login {
        @Override
        public void welcome() {
            state = State.AWAITS_OPEN;
        }

        @Override
        public void refused(SaslCode code, String sentence) {
            fail(Refusal.ofConnection(AmqpError.UNAUTHORIZED_ACCESS, "this broker wants to know who you are"));
        }
    }

    private void authenticate(Credentials credentials, Login login) {
        state = State.AUTHENTICATES;
        reader.pause();
        transport.setReading(Reading.OFF);
        listener.authenticator()
                .authenticate(credentials)
                .whenComplete((verdict, failure) ->
                        transport.executor().execute(() -> onVerdict(Optional.ofNullable(verdict), login)));
    }

    private void onVerdict(Optional<Verdict> verdict, Login login) {
        if (state != State.AUTHENTICATES) return;
        try {
            if (verdict.isEmpty()) login.refused(SaslCode.SYS_TEMP, "the login could not be checked");
            else if (verdict.get() instanceof Verdict.Refused refused) login.refused(SaslCode.AUTH, refused.sentence());
            else login.welcome();
            transport.setReading(Reading.ON);
            reader.resume(this);
        } catch (Refusal refusal) {
            fail(refusal);
        } catch (RuntimeException e) {
            failInternally(e);
        }
        flush();
    }

    private void refuseLogin(SaslCode code, String sentence) {
        listener.counters().refusedLogins.increment();
        LOG.info("event=amqp_login_refused peer={} cause=\"{}\"", transport.remoteAddress(), sentence);
        writer.frame(FrameReader.TYPE_SASL, 0, SaslNegotiator.outcome(code));
        endAfterFlush();
    }

    // ---- open and close

    private void onOpen(Open open) throws Refusal {
        if (state != State.AWAITS_OPEN) throw Refusal.ofConnection(AmqpError.ILLEGAL_STATE, "a second open");
        peerName = open.getContainerId();
        peer = new PeerLimits(
                maxFrameBytes(open),
                open.getChannelMax() == null ? 65_535 : open.getChannelMax().intValue());
        sendOpen();
        writer.limitFrames(peer.maxFrameBytes());
        reader.limitFrames(listener.settings().limits().maxFrameBytes());
        listener.checkVirtualHost(open.getHostname());
        timers.opened(open.getIdleTimeOut() == null ? 0 : open.getIdleTimeOut().longValue());
        state = State.OPEN;
    }

    private static int maxFrameBytes(Open open) throws Refusal {
        if (open.getMaxFrameSize() == null) return Integer.MAX_VALUE;
        long bytes = open.getMaxFrameSize().longValue();
        // AMQP 1.0 §2.7.1: "Both peers MUST accept frames of up to 512 (MIN-MAX-FRAME-SIZE) octets"
        if (bytes < 512) throw Refusal.ofConnection(AmqpError.INVALID_FIELD, "max-frame-size is below 512");
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    private void sendOpen() {
        if (!headerSent) sendHeader();
        writer.frame(FrameReader.TYPE_AMQP, 0, listener.open());
        openSent = true;
    }

    private void onClose() {
        writer.frame(FrameReader.TYPE_AMQP, 0, new Close());
        endAfterFlush();
    }

    /** Closes the connection with an error: it was the peer's, the broker's, or the broker is leaving. */
    void fail(Refusal refusal) {
        if (state == State.CLOSE_SENT || state == State.ENDED) {
            // what cannot be understood any more is not worth waiting for
            if (state == State.CLOSE_SENT) endAfterFlush();
            return;
        }
        listener.counters().connectionErrors.increment();
        LOG.debug(
                "event=amqp_connection_failed peer={} condition={} cause=\"{}\"",
                peerName,
                refusal.condition(),
                refusal.sentence());
        if (state == State.AWAITS_HEADER || state == State.AWAITS_SASL_INIT || state == State.AUTHENTICATES) {
            endAfterFlush(); // there is no AMQP layer yet to say it in
            return;
        }
        if (!openSent) sendOpen(); // AMQP 1.0 §2.4.3: close follows open
        Close close = new Close();
        close.setError(errorOf(refusal));
        writer.frame(FrameReader.TYPE_AMQP, 0, close);
        leave();
        state = State.CLOSE_SENT;
        timers.closeSent();
        flush();
    }

    private void failInternally(RuntimeException e) {
        LOG.error("event=amqp_connection_broken peer={}", peerName, e);
        fail(Refusal.ofConnection(AmqpError.INTERNAL_ERROR, "the broker has made a mistake and logged it"));
    }

    static ErrorCondition errorOf(Refusal refusal) {
        return new ErrorCondition(refusal.condition(), refusal.sentence());
    }

    /** Runs what comes back from elsewhere, with this connection's way of catching errors, and flushes. */
    void run(ThrowingTask task) {
        if (state != State.OPEN) return;
        try {
            task.run();
        } catch (Refusal refusal) {
            fail(refusal);
        } catch (RuntimeException e) {
            failInternally(e);
        }
        endOfBatch();
    }

    /** Something that may find the peer at fault. */
    interface ThrowingTask {
        void run() throws Refusal;
    }

    private void endAfterFlush() {
        end();
        flush();
        transport.closeAfterFlush();
    }

    private void end() {
        if (state == State.ENDED) return;
        leave();
        state = State.ENDED;
        timers.stop();
    }

    /** Lets go of everything in the broker. */
    private void leave() {
        for (AmqpSession session : List.copyOf(sessions.values())) session.leave();
        sessions.clear();
        linksByName.clear();
        touched.clear();
    }

    // ---- sessions

    private void onBegin(int channel, Begin begin, @Nullable AmqpSession present) throws Refusal {
        if (begin.getRemoteChannel() != null) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "this broker begins no session that could be answered");
        }
        if (present != null) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "a session has already begun on channel " + channel);
        }
        int most = listener.settings().limits().maxSessions();
        // AMQP 1.0 §2.7.1: channel-max is the highest channel number
        if (channel >= most) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "channel " + channel + " is above channel-max");
        }
        if (channel > peer.channelMax()) {
            throw Refusal.ofConnection(AmqpError.NOT_ALLOWED, "channel " + channel + " is above your own channel-max");
        }
        AmqpSession session = new AmqpSession(this, channel, begin);
        sessions.put(channel, session);
        Begin answer = session.begin();
        answer.setRemoteChannel(UnsignedShort.valueOf((short) channel));
        writer.frame(FrameReader.TYPE_AMQP, channel, answer);
    }

    void sessionEnded(int channel) {
        sessions.remove(channel);
    }

    /** AMQP 1.0 §2.6.1: a name is used by one link in each direction; a newcomer takes it over. */
    void nameTaken(String directedName, AmqpLink link) {
        AmqpLink former = linksByName.put(directedName, link);
        if (former != null) former.stolen();
    }

    void nameFreed(String directedName, AmqpLink link) {
        linksByName.remove(directedName, link);
    }

    // ---- output

    /** The session has something that leaves with the next flush. */
    void touch(AmqpSession session) {
        if (!touched.contains(session)) touched.add(session);
    }

    /** A batch of events from the core is over. */
    void endOfBatch() {
        if (!inBatch) flush();
    }

    private void flush() {
        for (int i = 0; i < touched.size(); i++) touched.get(i).beforeFlush();
        touched.clear();
        writer.flush();
    }

    // ---- parking

    /** A message waits for space in the log: what more comes waits too, and beyond a bound stays in the socket. */
    void parked(int bytes) {
        parkedMessages++;
        parkedBytes += bytes;
        if (parkedBytes > MAX_PARKED_BYTES) transport.setReading(Reading.OFF);
    }

    void unparked(int messages, long bytes) {
        parkedMessages -= messages;
        parkedBytes -= bytes;
        if (parkedMessages == 0) transport.setReading(Reading.ON);
    }

    FrameWriter writer() {
        return writer;
    }

    AmqpListener listener() {
        return listener;
    }

    Loop loop() {
        return loop;
    }

    /** A way in for one of this connection's links. */
    Publisher openPublisher(PublishListener answers) {
        return listener.host().openPublisher(loop, this, answers);
    }

    TerminusResolver resolver() {
        return new TerminusResolver(listener.host(), loop, peerName);
    }

    String peerName() {
        return peerName;
    }

    /** What happens when nothing happens. */
    private final class Silence implements ConnectionTimers.Alarm {
        @Override
        public void peerIsSilent(long millis) {
            // AMQP 1.0 §2.4.5: "the peer may close the connection with an error"
            fail(Refusal.ofConnection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "nothing was heard from you for " + millis + " ms"));
        }

        @Override
        public void openIsOverdue() {
            LOG.debug("event=amqp_open_overdue peer={}", transport.remoteAddress());
            if (state == State.AWAITS_OPEN) {
                fail(Refusal.ofConnection(AmqpError.RESOURCE_LIMIT_EXCEEDED, "the open did not come in time"));
            } else {
                endAfterFlush();
            }
        }

        @Override
        public void closeIsOverdue() {
            endAfterFlush();
        }
    }
}
