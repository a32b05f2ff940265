package io.signalbox.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.signalbox.broker.message.Message;
import io.signalbox.mqtt.codec.Packet.Publish;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.List;

/** Sends the core's messages to one client as PUBLISH packets (§3.3). Confined to the connection's event loop. */
final class PublishSender {

    private static final int MAX_TOPIC_BYTES = 65_535;

    private final ListenerContext context;
    private final BodyCache bodies;
    private final MqttConnection connection;
    private final Subscriptions subscriptions;
    private final MqttOutput output;

    PublishSender(ListenerContext context, ListenerLoop loop, MqttConnection connection, Subscriptions subscriptions) {
        this.context = context;
        this.bodies = loop.bodies();
        this.connection = connection;
        this.subscriptions = subscriptions;
        this.output = connection.output();
    }

    /** Whether the socket keeps up. */
    boolean hasRoom() {
        return output.hasRoom();
    }

    /** QoS 0: what the socket does not take is dropped and counted (MQTT-4.3.1-1). */
    void sendAtMostOnce(Message message, int flags) {
        if (!output.hasRoom()) {
            context.counters().droppedSlowClient.increment();
            return;
        }
        send(message, flags, 0, 0, false);
    }

    /** QoS 1; false if the client will never get this message, so that it is as good as delivered. */
    boolean sendAtLeastOnce(Message message, int flags, int packetId, boolean repeated) {
        return send(message, flags, 1, packetId, repeated);
    }

    /** QoS 0, because of a retained value; the socket has room. */
    void sendRetained(Message message, SessionSubscription subscription) {
        if (!isDeliverable(message)) return;
        // MQTT-3.3.4-3, of the one subscription that it is sent for
        List<Integer> identifiers =
                isV5() && subscription.hasIdentifier() ? List.of(subscription.identifier()) : List.of();
        String topic = message.envelope().address();
        write(new Publish(false, 0, true, topic, 0, secondsLeft(message), 0, identifiers, bodies.bodyOf(message)));
    }

    private boolean send(Message message, int flags, int qos, int packetId, boolean dup) {
        if (!isDeliverable(message)) return false;
        String topic = message.envelope().address();
        List<Integer> identifiers = isV5() ? subscriptions.identifiersFor(topic) : List.of();
        boolean retain = PublishMarks.deliveredRetain(message.envelope(), flags);
        return write(new Publish(
                dup, qos, retain, topic, packetId, secondsLeft(message), 0, identifiers, bodies.bodyOf(message)));
    }

    private boolean isV5() {
        return output.encoder().version().isV5();
    }

    private long secondsLeft(Message message) {
        return Expiry.secondsLeft(
                message.envelope().expiresAtMillis(), context.clock().millis());
    }

    private boolean write(Publish publish) {
        if (!output.write(publish)) {
            context.counters().droppedTooLarge.increment(); // MQTT-3.1.2-24
            return false;
        }
        context.counters().publishesSent.increment();
        return true;
    }

    private boolean isDeliverable(Message message) {
        if (isTopic(message.envelope().address())) return true;
        context.counters().droppedNotATopic.increment();
        return false;
    }

    /** A message of another protocol may have been published to an address that MQTT cannot write. */
    private static boolean isTopic(String address) {
        return TopicSyntax.isName(address) && isShortEnough(address) && address.indexOf('\0') < 0;
    }

    /** MQTT 5.0 §1.5.4: a string has up to 65,535 bytes of UTF-8, however many characters that is. */
    private static boolean isShortEnough(String address) {
        return address.length() <= MAX_TOPIC_BYTES / 3 || ByteBufUtil.utf8Bytes(address) <= MAX_TOPIC_BYTES;
    }

    void flush() {
        output.flush();
    }

    /** Nothing more can be sent. */
    void disconnect(ReasonCode reason) {
        connection.disconnect(reason);
    }
}
