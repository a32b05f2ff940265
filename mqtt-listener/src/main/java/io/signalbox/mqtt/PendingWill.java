package io.signalbox.mqtt;

import io.netty.util.concurrent.Future;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.mqtt.codec.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session's will (§3.1.2.5): set by CONNECT, deleted by a normal DISCONNECT, published when the connection ends any other
 * way and the will delay has passed or the session has ended. That of a session which outlives its connection is in the
 * store until then, and leaves it in the record of the message that it becomes. Confined to the session's loop.
 */
final class PendingWill {

    private final MqttSession session;
    private Packet.@Nullable Will will;
    private @Nullable Future<?> timer;

    /** When its delay has passed, in milliseconds since 1970, once the connection has ended. */
    private long dueAtMillis;

    /** Where it is stored. */
    private byte @Nullable [] key;

    PendingWill(MqttSession session) {
        this.session = session;
    }

    private ListenerContext context() {
        return session.loop().context();
    }

    /** A CONNECT's will becomes durable with what else CONNACK promises (MQTT-3.1.2-8), in place of an earlier one. */
    void store(Packet.Will newWill, WriteBatch batch) {
        if (!session.isStored()) return;
        byte[] newKey = context().wills().newKey(session.clientId());
        context().wills().put(batch, newKey, newWill);
        key = newKey;
    }

    /** MQTT-3.1.2-7: the connection is there. */
    void set(Packet.Will newWill) {
        cancel();
        will = newWill;
    }

    /** One that an earlier life left. */
    void restore(WillTable.StoredWill stored) {
        will = stored.will();
        key = stored.key();
    }

    /** MQTT-3.1.2-10, MQTT-3.14.4-3. What is stored of it goes with the next {@link #forgetCancelled}. */
    void cancel() {
        stopTimer();
        will = null;
    }

    /** The store forgets a will that was cancelled, or that never had its CONNACK. */
    void forgetCancelled(WriteBatch batch) {
        if (will == null) forget(batch);
    }

    /** The store forgets it. */
    void forget(WriteBatch batch) {
        if (key != null) context().wills().remove(batch, key);
        key = null;
    }

    /** The will stays, and waits for what becomes of its session. */
    void stopTimer() {
        if (timer != null) timer.cancel(false);
        timer = null;
    }

    /** The connection has ended without a normal DISCONNECT (MQTT-3.1.2-8). */
    void connectionLost() {
        connectionLost(0);
    }

    /** The connection has ended so long ago. */
    void connectionLost(long elapsedMillis) {
        Packet.Will waiting = will;
        if (waiting == null) return;
        dueAtMillis = context().clock().millis() - elapsedMillis + TimeUnit.SECONDS.toMillis(waiting.delaySeconds());
        goOnWaiting();
    }

    /** The session has come to another loop, and its client has not come back. */
    void goOnWaiting() {
        if (will == null) return;
        long leftMillis = dueAtMillis - context().clock().millis();
        if (leftMillis <= 0) {
            publish();
            return;
        }
        // When the session ends earlier, its end publishes the will (§3.1.3.2.2).
        timer = session.loop().eventLoop().schedule(this::publish, leftMillis, TimeUnit.MILLISECONDS);
    }

    void publish() {
        Packet.Will due = will;
        if (due == null) return;
        cancel();
        long now = context().clock().millis();
        long expiresAt = Expiry.atMillis(due.expirySeconds(), now);
        byte marks = PublishMarks.of(due.qos(), due.retain());
        Envelope envelope = new Envelope(due.topic(), due.qos() > 0, Envelope.DEFAULT_PRIORITY, expiresAt, now, marks);
        Message message = new Message(envelope, MqttFormat.INSTANCE, due.body());
        Optional<TableChange> removal = Optional.ofNullable(key).map(context().wills()::removal);
        key = null;
        context()
                .host()
                .openPublisher(session.loop().core(), session, new Outcome(removal))
                .publish(context().host().topics(), message, 0, rider(message, removal));
    }

    /** MQTT-3.1.2-10: once published it is not stored any more. MQTT-3.1.2-14, MQTT-3.1.2-15: it may be retained. */
    private Rider rider(Message message, Optional<TableChange> removal) {
        Rider retained = context().retention().rider(message);
        List<TableChange> changes = new ArrayList<>(retained.changes());
        removal.ifPresent(changes::add);
        return new Rider(changes, retained.release(), retained.passage());
    }

    /** Nobody asks what became of a will; one that was refused, and is counted as such, must not come at a later start. */
    private final class Outcome implements PublishListener {
        private final Optional<TableChange> removal;

        Outcome(Optional<TableChange> removal) {
            this.removal = removal;
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            if (!(outcome instanceof PublishOutcome.Refused) || removal.isEmpty()) return;
            session.loop().journal().append(new WriteBatch().change(removal.get()));
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    }
}
