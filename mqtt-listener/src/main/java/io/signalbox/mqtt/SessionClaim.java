package io.signalbox.mqtt;

import io.signalbox.broker.store.WriteBatch;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection's hold on a session, from its CONNECT until a later connection of the same client takes it over or the
 * session ends; the connection may be long gone by then (§3.1.4, §4.1). {@link #passTo} arrives as a task of the claim's
 * loop, to which everything else is confined.
 */
final class SessionClaim {

    /** The connection behind a claim. */
    interface Holder {

        /** The session, if there is one; from now on it is the holder's. */
        void onSession(Optional<MqttSession> session);

        /** A later connection wants the session: close, and leave the session in the claim's hands. */
        void onTakenOver();

        /** Whether the connection still stands. */
        boolean isConnected();
    }

    /** The holder of a session whose client has not come back since the start. */
    static final Holder NOBODY = new Holder() {
        @Override
        public void onSession(Optional<MqttSession> session) {}

        @Override
        public void onTakenOver() {}

        @Override
        public boolean isConnected() {
            return false;
        }
    };

    private final ListenerLoop loop;
    private final String clientId;
    private final String owner;
    private Holder holder;
    private boolean received;
    private @Nullable MqttSession session;
    private @Nullable SessionClaim successor;

    /** @param owner the user who makes it; empty if nobody in particular */
    SessionClaim(ListenerLoop loop, String clientId, String owner, Holder holder) {
        this.loop = loop;
        this.clientId = clientId;
        this.owner = owner;
        this.holder = holder;
    }

    private ListenerContext context() {
        return loop.context();
    }

    ListenerLoop loop() {
        return loop;
    }

    String clientId() {
        return clientId;
    }

    String owner() {
        return owner;
    }

    /** A later connection of the same client has come. */
    void passTo(SessionClaim later) {
        successor = later;
        if (received) handOver(later);
    }

    void receiveNothing() {
        receive(Optional.empty());
    }

    private void receive(Optional<MqttSession> passed) {
        received = true;
        passed.ifPresent(this::hold);
        SessionClaim later = successor;
        if (later != null) {
            handOver(later);
        } else if (holder.isConnected()) {
            holder.onSession(passed);
        } else {
            passed.flatMap(MqttSession::will).ifPresent(PendingWill::goOnWaiting);
            connectionClosed();
        }
    }

    /** The claim of a session that an earlier life left; before anyone can connect. */
    void restore(MqttSession restored) {
        received = true;
        session = restored;
    }

    /** The same connection is spoken for by another from now on. */
    void heldBy(Holder speaker) {
        holder = speaker;
    }

    /** The session is this claim's from now on, with the loop. */
    void hold(MqttSession held) {
        session = held;
        held.moveTo(loop);
    }

    private void handOver(SessionClaim later) {
        if (holder.isConnected()) {
            context().counters().takeovers.increment();
            holder.onTakenOver(); // MQTT-3.1.4-3
        }
        Optional<MqttSession> passed = Optional.ofNullable(session);
        passed.ifPresent(MqttSession::stopTimers); // they run on this loop only
        session = null;
        // What the session's new loop has to store comes after what this one has.
        loop.journal().afterAppends(() -> later.loop.execute(() -> later.receive(passed)));
    }

    /** The connection has ended; the session lives on for as long as was agreed (MQTT-3.1.2-23, MQTT-4.1.0-2). */
    void connectionClosed() {
        if (!received) return; // the session is still on its way here
        holder = NOBODY; // or a session whose client is away would hold all that was its connection
        MqttSession left = session;
        if (left == null) {
            context().registry().release(this);
            return;
        }
        long now = context().clock().millis();
        if (left.expirySeconds() == 0) {
            endSession(left);
            return;
        }
        WriteBatch batch = new WriteBatch();
        context().tables().put(batch, left, now);
        left.will().ifPresent(will -> will.forgetCancelled(batch));
        loop.journal().append(batch);
        awaitExpiry(left, TimeUnit.SECONDS.toMillis(left.expirySeconds()));
    }

    void awaitExpiry(MqttSession left, long millis) {
        if (session != left || left.expirySeconds() == MqttSettings.NEVER) return;
        left.expireWith(loop.eventLoop()
                .schedule(
                        () -> {
                            context().counters().sessionsExpired.increment();
                            endSession(left);
                        },
                        millis,
                        TimeUnit.MILLISECONDS));
    }

    private void endSession(MqttSession ended) {
        WriteBatch batch = new WriteBatch();
        ended.end(batch);
        loop.journal().append(batch);
        session = null;
        context().registry().release(this);
    }
}
