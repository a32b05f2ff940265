package io.signalbox.mqtt;

import io.netty.util.concurrent.Future;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.mqtt.codec.Packet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A session's will (§3.1.2.5): set by CONNECT, deleted by a normal DISCONNECT, published when the connection ends any other
 * way and the will delay has passed or the session has ended. Confined to the session's loop.
 */
final class PendingWill {

    private final ListenerContext context;
    private final MqttSession session;
    private Optional<Packet.Will> will = Optional.empty();
    private Optional<Future<?>> timer = Optional.empty();

    PendingWill(ListenerContext context, MqttSession session) {
        this.context = context;
        this.session = session;
    }

    /** MQTT-3.1.2-7. */
    void set(Optional<Packet.Will> newWill) {
        cancel();
        will = newWill;
    }

    /** MQTT-3.1.2-10, MQTT-3.14.4-3. */
    void cancel() {
        stopTimer();
        will = Optional.empty();
    }

    /** The will stays, and waits for what becomes of its session. */
    void stopTimer() {
        timer.ifPresent(waiting -> waiting.cancel(false));
        timer = Optional.empty();
    }

    /** The connection has ended without a normal DISCONNECT (MQTT-3.1.2-8). */
    void connectionLost() {
        if (will.isEmpty()) return;
        long delaySeconds = will.get().delaySeconds();
        if (delaySeconds == 0) {
            publish();
            return;
        }
        // When the session ends earlier, its end publishes the will.
        timer = Optional.of(session.loop().eventLoop().schedule(this::publish, delaySeconds, TimeUnit.SECONDS));
    }

    void publish() {
        if (will.isEmpty()) return;
        Packet.Will due = will.get();
        cancel();
        long now = context.clock().millis();
        long expiresAt = Expiry.atMillis(due.expirySeconds(), now);
        byte marks = PublishMarks.of(due.qos(), due.retain());
        Envelope envelope = new Envelope(due.topic(), due.qos() > 0, Envelope.DEFAULT_PRIORITY, expiresAt, now, marks);
        context.host()
                .openPublisher(session.loop().core(), session, NOBODY_ASKS)
                .publish(context.host().topics(), new Message(envelope, MqttFormat.INSTANCE, due.body()), 0);
    }

    private static final PublishListener NOBODY_ASKS = new PublishListener() {
        @Override
        public void onOutcome(long token, PublishOutcome outcome) {}

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    };
}
