package io.signalbox.mqtt;

import io.signalbox.broker.security.Authenticator;
import io.signalbox.broker.security.Credentials;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the first byte to CONNACK (§3.1.4): what was asked is checked, the client proves who it is, its session is claimed,
 * and what CONNACK promises about the session is durable before it is said. What the client sends meanwhile waits, unread.
 * Confined to the connection's event loop.
 */
final class Connecting implements Stage, SessionClaim.Holder, SessionJournal.Waiter {

    private final ListenerContext context;
    private final ListenerLoop loop;
    private final MqttConnection connection;
    private ConnectNegotiator.@Nullable Negotiated negotiated;
    private @Nullable SessionClaim claim;
    private @Nullable MqttSession session;
    private boolean busy;
    private boolean sessionPresent;

    Connecting(ListenerContext context, ListenerLoop loop, MqttConnection connection) {
        this.context = context;
        this.loop = loop;
        this.connection = connection;
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
        negotiated = new ConnectNegotiator(context.settings()).negotiate(connect);
        Credentials credentials = credentials(connect);
        context.authenticator().authenticate(credentials).whenComplete((verdict, failure) -> {
            if (loop.eventLoop().inEventLoop()) {
                onVerdict(credentials, Optional.ofNullable(verdict));
            } else {
                loop.execute(() -> onVerdict(credentials, Optional.ofNullable(verdict)));
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
    private void onVerdict(Credentials credentials, Optional<Authenticator.Verdict> verdict) {
        ConnectNegotiator.Negotiated agreed = negotiated;
        if (connection.isClosed() || agreed == null) return;
        if (verdict.isEmpty()) {
            connection.refuse(new Refusal(ReasonCode.SERVER_UNAVAILABLE, "the credentials could not be checked"));
        } else if (verdict.get() instanceof Authenticator.Verdict.Welcome) {
            SessionClaim claimed = new SessionClaim(context, loop, agreed.clientId(), this);
            claim = claimed;
            context.registry().claim(claimed);
        } else {
            boolean anonymous = credentials instanceof Credentials.Anonymous;
            // MQTT-3.1.4-2; why exactly is for the operator, not for the peer.
            connection.refuse(new Refusal(
                    anonymous ? ReasonCode.NOT_AUTHORIZED : ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                    "the credentials were refused"));
        }
    }

    @Override
    public void onSession(Optional<MqttSession> present) {
        ConnectNegotiator.Negotiated agreed = negotiated;
        SessionClaim claimed = claim;
        if (agreed == null || claimed == null) throw new IllegalStateException("a session before its CONNECT");
        WriteBatch batch = new WriteBatch();
        boolean resume = present.isPresent() && !agreed.cleanStart(); // MQTT-3.1.2-5
        if (!resume) present.ifPresent(old -> old.end(batch)); // MQTT-3.1.2-4
        MqttSession mine = resume ? present.get() : new MqttSession(context, loop, agreed.clientId()); // MQTT-3.1.2-6
        claimed.hold(mine);
        mine.connected(agreed.sessionExpirySeconds(), batch);
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
        connection.output().encodeWith(agreed.encoder());
        // MQTT-3.2.2-2, MQTT-3.2.2-3
        connection.output().write(new Packet.ConnAck(sessionPresent, ReasonCode.SUCCESS, agreed.connAckProperties()));
        context.counters().connectsAccepted.increment();
        mine.will().set(agreed.will());
        Connected next = new Connected(context, loop, connection, claimed, mine, agreed);
        mine.attach(new PublishSender(context, loop, connection, mine.subscriptions()), agreed.outboundWindow());
        connection.accept(next, agreed.keepAliveSeconds());
        negotiated = null; // what is left here is the claim's way to the connection
        session = null;
    }

    @Override
    public void onFailed(String sentence) {
        connection.refuse(new Refusal(ReasonCode.SERVER_UNAVAILABLE, sentence));
    }

    @Override
    public void onTakenOver() {
        connection.disconnect(ReasonCode.SESSION_TAKEN_OVER);
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
