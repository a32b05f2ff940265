package io.signalbox.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.Packet.Publish;
import io.signalbox.mqtt.codec.PacketType;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.PublishBody;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.List;
import java.util.Optional;

/**
 * Sends the core's messages to one client as PUBLISH packets (§3.3). Waits for the first message of the session's own queue, and
 * then makes what takes them from there: there may be very many sessions that nothing comes for. Confined to the connection's event
 * loop.
 */
final class PublishSender implements DeliveryListener {

    private static final int MAX_TOPIC_BYTES = 65_535;

    private final MqttConnection connection;
    private final MqttSession session;
    private final int agreedWindow;

    /** @param agreedWindow how many messages it takes unacknowledged (MQTT-3.3.4-9) */
    PublishSender(MqttConnection connection, MqttSession session, int agreedWindow) {
        this.connection = connection;
        this.session = session;
        this.agreedWindow = agreedWindow;
    }

    private ListenerContext context() {
        return connection.loop().context();
    }

    private MqttOutput output() {
        return connection.output();
    }

    int agreedWindow() {
        return agreedWindow;
    }

    /** Begins to consume from the session's own queue, with all of the window as long as nothing else takes of it. */
    Subscription awaitFirst(MessageQueue queue) {
        Subscription subscription = queue.subscribe(
                session.loop().sessions(), session.clientId(), this); // which hears of it later, on this loop
        subscription.grantUpTo(agreedWindow);
        return subscription;
    }

    @Override
    public void onDelivery(Delivery delivery) {
        WindowSource source = session.sendOwn();
        source.goOn(delivery.subscription());
        delivery.subscription().tell(source);
        source.onDelivery(delivery);
    }

    @Override
    public void onQueueDeleted() {
        session.onQueueGone();
    }

    /** Whether the socket keeps up. */
    boolean hasRoom() {
        return output().hasRoom();
    }

    /** QoS 0: what the socket does not take is dropped and counted (MQTT-4.3.1-1). */
    void sendAtMostOnce(Message message, int flags, DeliveryTerms terms) {
        if (!output().hasRoom()) {
            context().counters().droppedSlowClient.increment();
            return;
        }
        send(message, flags, terms, 0, 0, false);
    }

    /** QoS 1 or 2; false if the client will never get this message, so that it is as good as delivered. */
    boolean sendAcknowledged(Message content, int flags, DeliveryTerms terms, Outgoing message) {
        return send(content, flags, terms, message.qos, message.packetId, message.repeated);
    }

    /** PUBREL. */
    void release(int packetId) {
        output().write(new Packet.Ack(PacketType.PUBREL, packetId, ReasonCode.SUCCESS, PropertySet.EMPTY));
    }

    boolean isClosed() {
        return connection.isClosed();
    }

    /** QoS 0, because of a retained value; the socket has room. */
    void sendRetained(Message message, SessionSubscription subscription) {
        send(message, TargetFlags.RETAINED, DeliveryTerms.of(subscription), 0, 0, false);
    }

    private boolean send(Message message, int flags, DeliveryTerms terms, int qos, int packetId, boolean dup) {
        String topic = terms.topic().orElse(message.envelope().address());
        if (!isTopic(topic)) {
            context().counters().droppedNotATopic.increment();
            return false;
        }
        long secondsLeft = Expiry.secondsLeft(
                message.envelope().expiresAtMillis(), context().clock());
        MqttOutput output = connection.output();
        List<Integer> identifiers = output.encoder().version().isV5() ? identifiers(topic, terms) : List.of();
        boolean retain = PublishMarks.deliveredRetain(message.envelope(), flags);
        Optional<Body.Inline> body = bodyOf(message, terms);
        if (body.isEmpty()) {
            context().counters().unreadable.increment();
            return false;
        }
        Publish publish = new Publish(dup, qos, retain, topic, packetId, secondsLeft, 0, identifiers, body.get());
        Optional<Body.Large> large = message.large();
        boolean written = large.isEmpty() ? output.write(publish) : output.write(publish, message, large.get());
        if (!written) {
            context().counters().droppedTooLarge.increment(); // MQTT-3.1.2-24
            return false;
        }
        context().counters().publishesSent.increment();
        return true;
    }

    /**
     * What comes from a queue under the queue's name says what it was published to, if that was another. Empty if another
     * protocol's message cannot be read: that is its publisher's mistake, and must not hold up whoever receives it.
     */
    private Optional<Body.Inline> bodyOf(Message message, DeliveryTerms terms) {
        boolean isUnreadable = message.large()
                .filter(large -> large.payloadBytes() == Body.Large.UNREADABLE)
                .isPresent();
        if (isUnreadable) return Optional.empty();
        Body.Inline body;
        try {
            body = connection.loop().bodies().bodyOf(message);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        String address = message.envelope().address();
        boolean told =
                terms.topic().flatMap(NamedQueues::nameOf).map(address::equals).orElse(true);
        return Optional.of(told ? body : PublishBody.withUserProperty(body, MqttFormat.ADDRESS, address));
    }

    private List<Integer> identifiers(String topic, DeliveryTerms terms) {
        return terms.identifiers().orElseGet(() -> session.subscriptions().identifiersFor(topic));
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
        output().flush();
    }

    void fail(RuntimeException mistake) {
        connection.fail(mistake);
    }

    /** Nothing more can be sent. */
    void disconnect(ReasonCode reason, String sentence) {
        connection.disconnect(reason, sentence);
    }
}
