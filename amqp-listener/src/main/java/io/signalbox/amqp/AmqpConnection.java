package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.routing.NamedOrigin;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.apache.qpid.proton.amqp.transport.Open;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AMQP connection (AMQP 1.0 §2.4): open, close, and the channels its sessions live on. The one place where a peer's errors
 * turn into answers. Confined to its event loop.
 */
final class AmqpConnection extends Loop.Flushable implements FrameReader.Sink, NamedOrigin {

    private static final Logger LOG = LoggerFactory.getLogger(AmqpConnection.class);

    /** The largest frame taken before the peer has opened the connection, in bytes. */
    private static final int MAX_FRAME_BYTES_BEFORE_OPEN = 8192;

    /** How far the connection has come (AMQP 1.0 §2.4.6). */
    private enum State {
        /** Headers and SASL, {@link ConnectionOpening}. */
        OPENING,
        AWAITS_OPEN,
        OPEN,
        /** Our close is sent; the peer's is awaited and nothing else is heard. */
        CLOSE_SENT,
        ENDED
    }

    private final AmqpListener listener;
    private final Transport transport;
    private final ConnectionOpening opening;
    private final FrameReader reader = new FrameReader(MAX_FRAME_BYTES_BEFORE_OPEN);
    private final FrameWriter writer;
    private final Loop loop;
    private final ConnectionTimers timers;
    private final Intake intake;
    private final Channels channels;
    private final List<AmqpSession> touched = new ArrayList<>(2);
    private final ContainerIds.Member membership = this::expel;
    private State state = State.OPENING;
    private boolean inRead;
    private boolean streamLost;
    private boolean openSent;
    private String peerName = "";

    AmqpConnection(AmqpListener listener, Transport transport) {
        this.listener = listener;
        this.transport = transport;
        this.opening = new ConnectionOpening(listener, transport, new OpeningHost());
        this.writer = transport.writer();
        this.channels = new Channels(listener.settings().limits().maxSessions(), new LargeTransfers(writer));
        this.loop = listener.broker().loopOf(transport.executor());
        this.intake = new Intake(transport, listener.maxMessageBytes());
        this.timers = new ConnectionTimers(transport.scheduler(), writer, listener.settings(), new Silence());
        timers.start();
    }

    // ---- what comes from the socket

    /** Bytes from the peer. */
    void receive(ByteBuf in) {
        timers.heard();
        if (state == State.ENDED || streamLost) return;
        inRead = true;
        read(() -> reader.feed(in, this));
    }

    private void read(ThrowingTask task) {
        try {
            task.run();
        } catch (Refusal refusal) {
            streamLost = true; // frames cannot be told apart any more: only the end of the socket is waited for
            fail(refusal);
        } catch (RuntimeException e) {
            streamLost = true;
            fail(mistake(e));
        }
    }

    /** The socket has nothing more for now: all leaves, behind the messages that this loop is about to deliver, if there are some. */
    void endOfRead() {
        inRead = false;
        if (loop.hasEvents()) loop.touchLast(this);
        else flush();
        intake.outputFull(writer.isFull());
    }

    /** The peer takes output again. */
    void writable() {
        if (writer.isCongested()) return;
        intake.outputFull(false);
        for (AmqpSession session : channels.all()) session.outputMayContinue();
        flush();
    }

    /** The socket is gone. */
    void disconnected() {
        end();
        writer.close();
    }

    @Override
    public void onProtocolHeader(long header) {
        if (state == State.OPENING) opening.onProtocolHeader(header);
    }

    /** A refusal of what a frame says leaves the stream in order: what follows is read until the peer's close comes. */
    @Override
    public void onFrame(int type, int channel, byte[] bytes, int from, int to) {
        try {
            if (state != State.ENDED) hear(type, channel, bytes, from, to);
        } catch (Refusal refusal) {
            fail(refusal);
        } catch (RuntimeException e) {
            fail(mistake(e));
        }
    }

    private void hear(int type, int channel, byte[] bytes, int from, int to) throws Refusal {
        if (from == to && type == FrameReader.TYPE_AMQP) return; // an empty frame only shows that the peer lives
        int end = TypeWalk.skip(bytes, from, to);
        Object performative = PerformativeCodec.read(bytes, from, end);
        if (state == State.OPENING) {
            opening.onFrame(type, performative);
        } else if (type != FrameReader.TYPE_AMQP) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "a SASL frame came after SASL");
        } else if (state == State.CLOSE_SENT) {
            if (performative instanceof Close) endAfterFlush();
        } else {
            onPerformative(channel, performative, new Payload(bytes, end, to));
        }
    }

    private void onPerformative(int channel, Object performative, Payload payload) throws Refusal {
        channels.checkIsInRange(channel);
        AmqpSession session = channels.get(channel);
        try {
            if (performative instanceof Open open) {
                onOpen(open);
            } else if (state != State.OPEN) {
                throw Refusal.ofConnection(AmqpError.ILLEGAL_STATE, "the first frame of a connection must be open");
            } else if (performative instanceof Close) {
                onClose();
            } else if (performative instanceof Begin begin) {
                onBegin(channel, begin);
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

    // ---- open and close

    private void onOpen(Open open) throws Refusal {
        if (state != State.AWAITS_OPEN) throw Refusal.ofConnection(AmqpError.ILLEGAL_STATE, "a second open");
        peerName = open.getContainerId();
        if (open.getChannelMax() != null) channels.limitTo(open.getChannelMax().intValue());
        listener.admit(open, membership); // a peer that is not let in hears so in our open, then why in our close
        sendOpen(AmqpListener.Admitted.YES);
        writer.limitFrames(open);
        reader.limitFrames(listener.settings().limits().maxFrameBytes());
        timers.opened(open.getIdleTimeOut() == null ? 0 : open.getIdleTimeOut().longValue());
        state = State.OPEN;
    }

    private void sendOpen(AmqpListener.Admitted admitted) {
        writer.frame(FrameReader.TYPE_AMQP, 0, listener.open(admitted));
        openSent = true;
    }

    private void onClose() {
        writer.frame(FrameReader.TYPE_AMQP, 0, new Close());
        endAfterFlush();
    }

    /** Closes the connection with an error: it was the peer's, the broker's, or the broker is leaving. */
    void fail(Refusal refusal) {
        if (state == State.CLOSE_SENT || state == State.ENDED) return;
        listener.counters().connectionErrors.increment();
        LOG.debug(
                "event=amqp_connection_failed peer={} condition={} cause=\"{}\"",
                peerName,
                refusal.condition(),
                refusal.sentence());
        if (!opening.isDone()) {
            endAfterFlush(); // there is no AMQP layer yet to say it in
            return;
        }
        if (!openSent) sendOpen(AmqpListener.Admitted.NO); // AMQP 1.0 §2.4.3: close follows open
        Close close = new Close();
        close.setError(refusal.toError());
        writer.frame(FrameReader.TYPE_AMQP, 0, close);
        leave();
        state = State.CLOSE_SENT;
        timers.closeSent();
        intake.setReading(Transport.Reading.ON); // or the peer's close would not be seen
        flush();
    }

    private Refusal mistake(RuntimeException e) {
        if (e instanceof FrameWriter.FrameTooLarge) {
            return Refusal.ofConnection(AmqpError.FRAME_SIZE_TOO_SMALL, String.valueOf(e.getMessage()));
        }
        LOG.error("event=amqp_connection_broken peer={}", peerName, e);
        return Refusal.ofConnection(AmqpError.INTERNAL_ERROR, "the broker has made a mistake and logged it");
    }

    /** Runs what comes back from the core, with this connection's way of catching errors, and flushes. */
    void run(ThrowingTask task) {
        if (state == State.OPEN) guard(task);
    }

    private void guard(ThrowingTask task) {
        try {
            task.run();
        } catch (Refusal refusal) {
            fail(refusal);
        } catch (RuntimeException e) {
            fail(mistake(e));
        }
        endOfBatch();
    }

    /** Any thread. */
    private void expel(Refusal reason) {
        loop.execute(() -> fail(reason));
    }

    private void endAfterFlush() {
        if (state == State.ENDED) return;
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
        channels.leave();
        touched.clear();
        listener.leave(peerName, membership);
    }

    private void onBegin(int channel, Begin begin) throws Refusal {
        channels.check(channel, begin);
        AmqpSession session = new AmqpSession(this, channel, begin);
        channels.begun(channel, session);
        Begin answer = session.begin();
        answer.setRemoteChannel(UnsignedShort.valueOf((short) channel));
        writer.frame(FrameReader.TYPE_AMQP, channel, answer);
    }

    Channels channels() {
        return channels;
    }

    // ---- output, and what else sessions and links need

    /** The session has something that leaves with the next flush; called once until then. */
    void touch(AmqpSession session) {
        touched.add(session);
    }

    /** A batch of events from the core is over. */
    void endOfBatch() {
        if (!inRead) flush();
    }

    @Override
    protected void flush() {
        for (int i = 0; i < touched.size(); i++) touched.get(i).beforeFlush();
        touched.clear();
        channels.large().goOn(); // last, so that what is small goes first
        writer.flush();
    }

    FrameWriter writer() {
        return writer;
    }

    AmqpListener listener() {
        return listener;
    }

    Intake intake() {
        return intake;
    }

    Loop loop() {
        return loop;
    }

    @Override
    public String originName() {
        return peerName;
    }

    ConnectionOpening opening() {
        return opening;
    }

    /** A way in for one of this connection's links. */
    Publisher openPublisher(PublishListener answers) {
        return listener.host().openPublisher(loop, this, answers);
    }

    TerminusResolver resolver() {
        return new TerminusResolver(listener, loop, this);
    }

    /** What the way in asks for. */
    private final class OpeningHost implements ConnectionOpening.Host {
        @Override
        public void pauseReading() {
            reader.pause();
            intake.setReading(Transport.Reading.OFF);
        }

        @Override
        public void resumeReading() {
            if (state == State.ENDED) return;
            intake.setReading(Transport.Reading.ON);
            read(() -> reader.resume(AmqpConnection.this));
        }

        @Override
        public void expectProtocolHeader() {
            reader.expectProtocolHeader();
        }

        @Override
        public void amqpBegins() {
            state = State.AWAITS_OPEN;
        }

        @Override
        public void endAfterFlush() {
            AmqpConnection.this.endAfterFlush();
        }

        @Override
        public void fail(Refusal refusal) {
            AmqpConnection.this.fail(refusal);
        }

        @Override
        public void runBeforeOpen(Runnable task) {
            if (state == State.OPENING) guard(task::run);
        }
    }

    /** What happens when nothing happens. */
    private final class Silence implements ConnectionTimers.Alarm {
        @Override
        public boolean isListening() {
            return intake.isReading();
        }

        @Override
        public void peerIsSilent(long millis) {
            // AMQP 1.0 §2.4.5: "If the threshold is exceeded, a peer SHOULD try to gracefully close the connection"
            fail(Refusal.ofConnection(
                    AmqpError.RESOURCE_LIMIT_EXCEEDED, "nothing was heard from you for " + millis + " ms"));
        }

        @Override
        public void openIsOverdue() {
            LOG.debug("event=amqp_open_overdue peer={}", transport.remoteAddress());
            fail(Refusal.ofConnection(AmqpError.RESOURCE_LIMIT_EXCEEDED, "the open did not come in time"));
        }

        @Override
        public void closeIsOverdue() {
            endAfterFlush();
        }
    }
}
