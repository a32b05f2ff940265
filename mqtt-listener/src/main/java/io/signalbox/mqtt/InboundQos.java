package io.signalbox.mqtt;

import io.signalbox.broker.Admission;
import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketType;
import io.signalbox.mqtt.codec.Property;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes on its way into the core, and the PUBACKs back (§4.3.1, §4.3.2). A PUBACK means that we own the
 * message, so it is written when the core says so and not before (MQTT-4.3.2-4), in the order of arrival (§4.6). While too
 * much is unanswered the connection is not read. Confined to the connection's event loop.
 */
final class InboundQos implements PublishListener {

    /** The token of a publish that is not answered; packet identifiers are never 0. */
    private static final long NO_ANSWER = 0;

    private final ListenerContext context;
    private final ListenerLoop loop;
    private final MqttConnection connection;
    private final MqttSession origin;
    private final Exchange topics;
    private @Nullable Publisher publisher;
    private int unanswered;
    private int unacknowledged;
    private boolean blocked;
    private boolean paused;
    private boolean openingQueue;

    InboundQos(ListenerContext context, ListenerLoop loop, MqttConnection connection, MqttSession origin) {
        this.context = context;
        this.loop = loop;
        this.connection = connection;
        this.origin = origin;
        this.topics = context.host().topics();
    }

    /** Opened by the first publish: most devices listen, or are silent. */
    private Publisher publisher() {
        Publisher open = publisher;
        if (open == null) {
            open = context.host().openPublisher(loop.core(), origin, this);
            publisher = open;
        }
        return open;
    }

    /** Whether the next packet may be read. */
    boolean isReady() {
        return !blocked && !paused && !openingQueue;
    }

    void publish(Packet.Publish packet, String topic) {
        publish(packet, topic, topics);
    }

    /** Publishes to the queue of this name, which is made if it is not there. */
    void publishToQueue(Packet.Publish packet, String name) {
        Optional<MessageQueue> there = NamedQueues.find(context.host(), name);
        if (there.isPresent()) {
            publish(packet, name, there.get());
            return;
        }
        if (packet.qos() > 0) checkReceiveMaximum();
        openingQueue = true; // what comes next is read when this is done
        NamedQueues.open(context.host(), loop.core(), name, origin.clientId()).whenComplete((queue, failure) -> {
            openingQueue = false;
            if (connection.isClosed()) return;
            if (failure == null) {
                publish(packet, name, queue);
            } else {
                refuseWithoutQueue(packet, failure);
            }
            connection.resume();
        });
    }

    private void refuseWithoutQueue(Packet.Publish packet, Throwable failure) {
        String sentence = String.valueOf(failure.getMessage());
        boolean notAllowed = failure instanceof CatalogueException problem && !problem.isOfTheStore();
        if (packet.qos() > 0 && notAllowed) {
            refuse(packet, sentence);
        } else {
            ReasonCode reason = notAllowed ? ReasonCode.TOPIC_NAME_INVALID : ReasonCode.UNSPECIFIED_ERROR;
            connection.refuse(new Refusal(reason, sentence)); // there is no other answer to QoS 0
        }
    }

    private void publish(Packet.Publish packet, String topic, Destination target) {
        if (packet.qos() > 0) checkReceiveMaximum();
        long now = context.clock().millis();
        Envelope envelope = new Envelope(
                topic,
                packet.qos() > 0,
                Envelope.DEFAULT_PRIORITY,
                Expiry.atMillis(packet.expirySeconds(), now),
                now,
                PublishMarks.of(packet.qos(), packet.retain()));
        long token = packet.qos() == 0 ? NO_ANSWER : packet.packetId();
        count(packet);
        Message message = new Message(envelope, MqttFormat.INSTANCE, packet.body());
        if (publisher().publish(target, message, token) == Admission.PARKED) blocked = true;
    }

    private void count(Packet.Publish packet) {
        if (packet.qos() > 0) unacknowledged++;
        unanswered++;
        if (paused || unanswered <= context.settings().receiveMaximum()) return;
        paused = true;
        context.counters().readingPaused.increment();
    }

    /** Answers a publish that is not allowed, behind the answers of those before it. */
    void refuse(Packet.Publish packet, String sentence) {
        count(packet);
        publisher().refuse(new PublishOutcome.Refused(PublishOutcome.Reason.NOT_ALLOWED, sentence), packet.packetId());
    }

    private void checkReceiveMaximum() {
        boolean strict = context.settings().profile() == MqttSettings.Profile.STRICT;
        if (strict && connection.isV5() && unacknowledged >= context.settings().receiveMaximum()) {
            // MQTT-3.3.4-7
            throw new Refusal(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + context.settings().receiveMaximum() + " publishes are unacknowledged");
        }
    }

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        unanswered--;
        if (token == NO_ANSWER || connection.isClosed()) return;
        unacknowledged--;
        if (outcome instanceof PublishOutcome.Stored) {
            acknowledge(token, ReasonCode.SUCCESS, PropertySet.EMPTY);
        } else if (outcome instanceof PublishOutcome.Unroutable) {
            acknowledge(token, ReasonCode.NO_MATCHING_SUBSCRIBERS, PropertySet.EMPTY);
        } else if (outcome instanceof PublishOutcome.Refused refused) {
            boolean notAllowed = refused.reason() == PublishOutcome.Reason.NOT_ALLOWED;
            fail(token, notAllowed ? ReasonCode.NOT_AUTHORIZED : ReasonCode.QUOTA_EXCEEDED, refused.sentence());
        } else if (outcome instanceof PublishOutcome.Failed failed) {
            fail(token, ReasonCode.UNSPECIFIED_ERROR, failed.sentence());
        }
    }

    private void fail(long packetId, ReasonCode reason, String sentence) {
        context.counters().refusals(reason).increment();
        if (connection.isV5()) {
            acknowledge(
                    packetId,
                    reason,
                    PropertySet.builder().with(Property.REASON_STRING, sentence).build());
        } else {
            // 3.1.1 MQTT-3.3.5-2: a PUBACK would be a promise, so there is nothing left but to close.
            connection.refuse(new Refusal(reason, sentence));
        }
    }

    private void acknowledge(long packetId, ReasonCode reason, PropertySet properties) {
        connection.output().write(new Packet.Ack(PacketType.PUBACK, (int) packetId, reason, properties));
    }

    /** Not called after an outcome within {@link #publish}: the reader goes on anyway. */
    @Override
    public void onOutcomesEnd() {
        if (paused && unanswered <= context.settings().receiveMaximum() / 2) {
            paused = false;
            connection.resume();
        }
        connection.output().flush();
    }

    @Override
    public void onUnblocked() {
        blocked = false;
        connection.resume();
    }

    void close() {
        if (publisher != null) publisher.close();
    }
}
