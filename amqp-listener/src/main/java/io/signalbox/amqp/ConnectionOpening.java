package io.signalbox.amqp;

import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.security.Identity;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.ConnectionError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in: protocol headers and SASL, until the peer is known and the AMQP layer begins (AMQP 1.0 §2.2, §5.3). Confined to
 * the connection's event loop.
 */
final class ConnectionOpening {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionOpening.class);

    private enum State {
        AWAITS_HEADER,
        AWAITS_SASL_INIT,
        AUTHENTICATES,
        AWAITS_HEADER_AFTER_SASL,
        DONE
    }

    /** Who goes on when the way in is passed, or not. */
    interface Host {
        /** Nothing is read until {@link #resumeReading}. */
        void pauseReading();

        void resumeReading();

        /** After SASL, the next bytes are a protocol header again. */
        void expectProtocolHeader();

        /** The peer is known and AMQP headers are exchanged: its open is due. */
        void amqpBegins();

        /** The socket is closed when all that was written has been sent. */
        void endAfterFlush();

        void fail(Refusal refusal);

        /** Something came back from elsewhere: errors are caught as if a frame had come, output leaves. */
        void runBeforeOpen(Runnable task);
    }

    private final AmqpListener listener;
    private final Transport transport;
    private final FrameWriter writer;
    private final Host host;
    private Set<SaslMechanism> offered = Set.of();
    private State state = State.AWAITS_HEADER;
    private volatile @Nullable Identity identity;

    ConnectionOpening(AmqpListener listener, Transport transport, Host host) {
        this.listener = listener;
        this.transport = transport;
        this.writer = transport.writer();
        this.host = host;
    }

    /** Whether the AMQP layer has begun, so that errors can be told in it. */
    boolean isDone() {
        return state == State.DONE;
    }

    /** Who the peer is, once it has proved that; for any thread. */
    Optional<Identity> identity() {
        return Optional.ofNullable(identity);
    }

    /** Users have changed: who is not let in any more is sent away. */
    void recheckIdentity() {
        Identity known = identity;
        if (known == null || listener.authenticator().isCurrent(known)) return;
        host.fail(Refusal.ofConnection(
                AmqpError.UNAUTHORIZED_ACCESS,
                known.owner().isEmpty()
                        ? "this broker has users now and wants to know who you are"
                        : "the user " + known.name() + " was removed or has another password now"));
    }

    void onProtocolHeader(long header) {
        if (state == State.AWAITS_HEADER) offered = mechanisms();
        if (state == State.AWAITS_HEADER && header == ProtocolHeader.SASL) {
            writer.protocolHeader(ProtocolHeader.SASL);
            writer.frame(FrameReader.TYPE_SASL, 0, SaslNegotiator.offer(offered));
            state = State.AWAITS_SASL_INIT;
        } else if (state == State.AWAITS_HEADER_AFTER_SASL && header == ProtocolHeader.AMQP) {
            beginAmqp();
        } else if (state == State.AWAITS_HEADER
                && header == ProtocolHeader.AMQP
                && offered.contains(SaslMechanism.ANONYMOUS)) {
            authenticate(new Credentials.Anonymous(transport.remoteAddress()), new WithoutSasl());
        } else {
            // AMQP 1.0 §2.2: answer with a header that is supported, then close the socket
            noteRefused(header);
            writer.protocolHeader(state == State.AWAITS_HEADER ? ProtocolHeader.SASL : ProtocolHeader.AMQP);
            host.endAfterFlush();
        }
    }

    /** Which mechanisms make sense depends on who may come in at this moment. */
    private Set<SaslMechanism> mechanisms() {
        Set<SaslMechanism> mechanisms = EnumSet.copyOf(listener.settings().mechanisms());
        if (!listener.authenticator().offersAnonymous(transport.remoteAddress())) {
            mechanisms.remove(SaslMechanism.ANONYMOUS);
        }
        return mechanisms;
    }

    /** A client with TLS or another AMQP on this port is the operator's to put right, other bytes are the peer's own affair. */
    private void noteRefused(long header) {
        boolean isMistaken = ProtocolHeader.isTls(header) || ProtocolHeader.isAmqp(header);
        long heldBack = isMistaken ? listener.complaints().pass() : Throttle.HELD_BACK;
        String spoke = ProtocolHeader.describe(header);
        if (heldBack == Throttle.HELD_BACK) {
            LOG.debug("event=amqp_header_refused peer={} spoke=\"{}\"", transport.remoteAddress(), spoke);
        } else {
            LOG.info(
                    "event=amqp_header_refused peer={} spoke=\"{}\" not_told_before={}",
                    transport.remoteAddress(),
                    spoke,
                    heldBack);
        }
    }

    private void beginAmqp() {
        writer.protocolHeader(ProtocolHeader.AMQP);
        state = State.DONE;
        host.amqpBegins();
    }

    /** A frame before the AMQP layer: the SASL init is the only one a client may send. */
    void onFrame(int type, Object performative) throws Refusal {
        if (state != State.AWAITS_SASL_INIT || type != FrameReader.TYPE_SASL) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "a frame came where none was due");
        }
        if (!(performative instanceof SaslInit init)) {
            throw Refusal.ofConnection(ConnectionError.FRAMING_ERROR, "the first SASL frame of a client must be init");
        }
        Optional<Credentials> credentials = SaslNegotiator.credentials(init, offered, transport.remoteAddress());
        if (credentials.isEmpty()) refuseLogin(SaslCode.AUTH, SaslNegotiator.whyNot(init, offered));
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
            host.expectProtocolHeader();
        }

        @Override
        public void refused(SaslCode code, String sentence) {
            refuseLogin(code, sentence);
        }
    }

    private final class WithoutSasl implements Login {
        @Override
        public void welcome() {
            beginAmqp();
        }

        @Override
        public void refused(SaslCode code, String sentence) {
            noteRefusedLogin(sentence);
            beginAmqp();
            host.fail(Refusal.ofConnection(AmqpError.UNAUTHORIZED_ACCESS, "this broker wants to know who you are"));
        }
    }

    private void authenticate(Credentials credentials, Login login) {
        state = State.AUTHENTICATES;
        host.pauseReading();
        listener.authenticator()
                .authenticate(credentials)
                .whenComplete((verdict, failure) -> transport
                        .executor()
                        .execute(() -> host.runBeforeOpen(() -> onVerdict(Optional.ofNullable(verdict), login))));
    }

    private void onVerdict(Optional<Verdict> verdict, Login login) {
        if (verdict.isEmpty()) login.refused(SaslCode.SYS_TEMP, "the login could not be checked");
        else if (verdict.get() instanceof Verdict.Welcome welcome) welcome(welcome.identity(), login);
        else if (verdict.get() instanceof Verdict.Refused refused) login.refused(SaslCode.AUTH, refused.sentence());
        else if (verdict.get() instanceof Verdict.Busy busy) login.refused(SaslCode.SYS_TEMP, busy.sentence());
        host.resumeReading();
    }

    /** Known first and asked about then, so that no change of users falls between. */
    private void welcome(Identity proved, Login login) {
        identity = proved;
        if (listener.authenticator().isCurrent(proved)) login.welcome();
        else login.refused(SaslCode.AUTH, "the users have changed during the login");
    }

    private void refuseLogin(SaslCode code, String sentence) {
        noteRefusedLogin(sentence);
        writer.frame(FrameReader.TYPE_SASL, 0, SaslNegotiator.outcome(code));
        host.endAfterFlush();
    }

    /** Once a minute, or guessing would fill the log. */
    private void noteRefusedLogin(String sentence) {
        listener.counters().refusedLogins.increment();
        long heldBack = listener.refusedLogins().pass();
        if (heldBack == Throttle.HELD_BACK) {
            LOG.debug("event=amqp_login_refused peer={} cause=\"{}\"", transport.remoteAddress(), sentence);
        } else {
            LOG.info(
                    "event=amqp_login_refused peer={} cause=\"{}\" not_told_before={}",
                    transport.remoteAddress(),
                    sentence,
                    heldBack);
        }
    }
}
