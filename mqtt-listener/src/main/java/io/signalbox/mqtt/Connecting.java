package io.signalbox.mqtt;

import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.security.Authenticator.Verdict;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketEncoder;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the first byte to CONNACK (§3.1.4): what was asked is checked, the client proves who it is, its session is claimed,
 * and what CONNACK promises about the session is durable before it is said. What the client sends meanwhile waits, unread.
 * Confined to the connection's event loop.
 */
final class Connecting implements Stage, SessionClaim.Holder, SessionJournal.Waiter {

    private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

    private final ListenerLoop loop;
    private final MqttConnection connection;
    private ConnectNegotiator.@Nullable Negotiated negotiated;
    private @Nullable SessionClaim claim;
    private @Nullable MqttSession session;
    private boolean busy;
    private boolean sessionPresent;

    Connecting(ListenerLoop loop, MqttConnection connection) {
        this.loop = loop;
        this.connection = connection;
    }

    private ListenerContext context() {
        return loop.context();
    }

    @Override
    public boolean isReady() {
        return !busy;
    }

    @Override
    public void onPacket(Packet packet) {
        if (!(packet instanceof Packet.Connect connect)) {
            throw new Refusal(ReasonCode.PROTOCOL_ERROR, "the first packet is not CONNECT"); // MQTT-3.1.0-1
        }
        busy = true;
        PacketEncoder encoder = PacketEncoder.of(connect.version(), connect.properties());
        connection.output().encodeWith(encoder);
        ConnectNegotiator.Negotiated agreed = new ConnectNegotiator(context().settings()).negotiate(connect);
        if (!encoder.takes(new Packet.ConnAck(true, ReasonCode.SUCCESS, agreed.connAckProperties()))) {
            // MQTT-3.2.0-1: nothing can be sent to a client that takes no CONNACK.
            throw new Refusal(ReasonCode.PACKET_TOO_LARGE, "CONNACK is larger than the maximum packet size");
        }
        negotiated = agreed;
        Credentials credentials = credentials(connect);
        context().authenticator().authenticate(credentials).whenComplete((verdict, failure) -> {
            Runnable goOn = () -> connection.run(() -> onVerdict(credentials, Optional.ofNullable(verdict)));
            if (loop.eventLoop().inEventLoop()) {
                goOn.run();
            } else {
                loop.execute(goOn);
            }
        });
    }

    private Credentials credentials(Packet.Connect connect) {
        var remote = connection.channel().remoteAddress();
        if (connect.userName().isEmpty() && connect.password().isEmpty()) return new Credentials.Anonymous(remote);
        return new Credentials.Password(
                remote, connect.userName().orElse(""), connect.password().orElse(new byte[0]));
    }

    /** @param verdict empty if the question could not be answered */
    private void onVerdict(Credentials credentials, Optional<Verdict> verdict) {
        ConnectNegotiator.Negotiated agreed = negotiated;
        if (connection.isClosed() || agreed == null) return;
        if (verdict.isEmpty()) {
            connection.refuse(new Refusal(ReasonCode.SERVER_UNAVAILABLE, "the credentials could not be checked"));
        } else if (verdict.get() instanceof Verdict.Welcome welcome) {
            connection.identified(welcome.identity());
            if (!connection.isClosed())
                claimSession(agreed.clientId(), welcome.identity().owner());
        } else if (verdict.get() instanceof Verdict.Refused refused) {
            boolean anonymous = credentials instanceof Credentials.Anonymous;
            noteRefused(refused.sentence());
            // MQTT-3.1.4-2; why exactly is for the operator, not for the peer.
            connection.refuse(new Refusal(
                    anonymous ? ReasonCode.NOT_AUTHORIZED : ReasonCode.BAD_USER_NAME_OR_PASSWORD, refused.told()));
        } else if (verdict.get() instanceof Verdict.Busy busy) {
            noteRefused(busy.sentence());
            connection.refuse(new Refusal(ReasonCode.SERVER_BUSY, "the server is busy with logins; try again"));
        }
    }

    private void claimSession(String clientId, String owner) {
        SessionClaim claimed = new SessionClaim(loop, clientId, owner, this);
        claim = claimed; // the session may come within the call
        if (context().registry().claim(claimed)) return;
        claim = null;
        noteRefused("the session of client " + clientId + " is another user's than " + owner);
        connection.refuse(new Refusal(ReasonCode.NOT_AUTHORIZED, "the client identifier is in use by another user"));
    }

    /** Once a minute, or guessing would fill the log. */
    private void noteRefused(String sentence) {
        long heldBack = context().refusedLogins().pass();
        var remote = connection.channel().remoteAddress();
        if (heldBack == Throttle.HELD_BACK) {
            LOG.debug("event=mqtt_login_refused remote={} cause=\"{}\"", remote, sentence);
        } else {
            LOG.info("event=mqtt_login_refused remote={} cause=\"{}\" not_told_before={}", remote, sentence, heldBack);
        }
    }

    @Override
    public void onSession(Optional<MqttSession> present) {
        ConnectNegotiator.Negotiated agreed = negotiated;
        SessionClaim claimed = claim;
        if (agreed == null || claimed == null) throw new IllegalStateException("a session before its CONNECT");
        WriteBatch batch = new WriteBatch();
        String owner = claimed.owner();
        // What a user left that is there no more is nobody else's to read.
        boolean mayResume = present.map(
                        old -> old.owner().isEmpty() || old.owner().equals(owner))
                .orElse(false);
        boolean resume = mayResume && !agreed.cleanStart(); // MQTT-3.1.2-5
        if (!resume) present.ifPresent(old -> old.end(batch)); // MQTT-3.1.2-4
        MqttSession mine = resume ? present.get() : new MqttSession(loop, agreed.clientId()); // MQTT-3.1.2-6
        claimed.hold(mine);
        mine.belongsTo(owner);
        mine.connected(agreed.sessionExpirySeconds(), batch);
        storeWill(mine, agreed.will(), batch);
        session = mine;
        sessionPresent = resume;
        loop.journal().append(batch, this);
    }

    @Override
    public void onDurable() {
        ConnectNegotiator.Negotiated agreed = negotiated;
        SessionClaim claimed = claim;
        MqttSession mine = session;
        if (connection.isClosed() || agreed == null || claimed == null || mine == null) return;
        // MQTT-3.2.2-2, MQTT-3.2.2-3
        connection.output().write(new Packet.ConnAck(sessionPresent, ReasonCode.SUCCESS, agreed.connAckProperties()));
        context().counters().connectsAccepted.increment();
        if (agreed.will().isPresent()) mine.newWill().set(agreed.will().get());
        Connected next = new Connected(connection, claimed, mine, agreed);
        claimed.heldBy(next);
        mine.attach(new PublishSender(connection, mine, agreed.outboundWindow()));
        connection.accept(next, agreed.keepAliveSeconds());
    }

    private static void storeWill(MqttSession session, Optional<Packet.Will> will, WriteBatch batch) {
        session.will().ifPresent(earlier -> earlier.forget(batch));
        will.ifPresent(wanted -> session.newWill().store(wanted, batch));
    }

    @Override
    public void onFailed(String sentence) {
        connection.refuse(new Refusal(ReasonCode.SERVER_UNAVAILABLE, sentence));
    }

    @Override
    public void onTakenOver() {
        connection.takenOver();
    }

    @Override
    public boolean isConnected() {
        return !connection.isClosed();
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritabilityChanged() {}

    /** Without a CONNACK there was no connection to the session, but its time begins to run. */
    @Override
    public void onClosed(Ending ending) {
        SessionClaim claimed = claim;
        if (claimed != null) claimed.connectionClosed();
    }
}
