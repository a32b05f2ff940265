package io.signalbox.mqtt;

import io.signalbox.broker.Admission;
import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.Rider;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketType;
import io.signalbox.mqtt.codec.Property;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client publishes on its way into the core, and the answers back (§4.3). A PUBACK or PUBREC means that we own the
 * message, a PUBCOMP that we have forgotten its packet identifier; each is written when that is durable and not before, in
 * the order of arrival (§4.6). While too much is unanswered the connection is not read. Confined to the connection's event
 * loop.
 */
final class InboundQos extends Loop.Flushable implements PublishListener {

    /** The token of a publish that is not answered; others are packet identifiers, which are never 0. */
    private static final long NO_ANSWER = 0;

    /** In the token of a publish that is answered with PUBREC. */
    private static final long EXACTLY_ONCE = 1L << 16;

    private static final int PACKET_ID = 0xFFFF;

    private final ListenerContext context;
    private final ListenerLoop loop;
    private final MqttConnection connection;
    private final MqttSession origin;
    private final Exchange topics;
    private @Nullable Publisher publisher;
    private int unanswered;
    private int unacknowledged;
    private boolean paused;
    private boolean blocked;

    /** The token of the publish that waits for the log to have space, while {@link #blocked}. */
    private long parked;

    private boolean openingQueue;

    InboundQos(ListenerLoop loop, MqttConnection connection, MqttSession origin) {
        this.context = loop.context();
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
        if (isRepeated(packet)) {
            repeat(packet);
            return;
        }
        Optional<MessageQueue> there = NamedQueues.find(context.host(), name);
        if (there.isPresent()) {
            publish(packet, name, there.get());
            return;
        }
        if (packet.qos() > 0) checkReceiveMaximum();
        openingQueue = true; // what comes next is read when this is done
        NamedQueues.open(context.host(), loop.core(), name, origin.clientId()).whenComplete((queue, failure) -> {
            openingQueue = false;
            if (connection.isClosed()) packet.abandon();
            connection.goOn(() -> {
                if (failure == null) {
                    publish(packet, name, queue);
                } else {
                    refuseWithoutQueue(packet, failure);
                }
            });
        });
    }

    private void refuseWithoutQueue(Packet.Publish packet, Throwable failure) {
        packet.abandon();
        String sentence = String.valueOf(failure.getMessage());
        boolean notAllowed = failure instanceof CatalogueException problem && !problem.isOfTheStore();
        if (packet.qos() > 0 && notAllowed) {
            refuse(packet, PublishOutcome.Reason.NOT_ALLOWED, sentence);
        } else {
            ReasonCode reason = notAllowed ? ReasonCode.TOPIC_NAME_INVALID : ReasonCode.UNSPECIFIED_ERROR;
            connection.refuse(new Refusal(reason, sentence)); // there is no other answer to QoS 0
        }
    }

    private void publish(Packet.Publish packet, String topic, Destination target) {
        if (isRepeated(packet)) {
            repeat(packet);
            return;
        }
        if (packet.qos() > 0) checkReceiveMaximum();
        if (packet.qos() == 2) checkUnreleased();
        long now = context.clock().millis();
        Envelope envelope = new Envelope(
                topic,
                packet.qos() > 0,
                UserProperties.priorityOf(packet.body()),
                Expiry.atMillis(packet.expirySeconds(), now),
                now,
                PublishMarks.of(packet.qos(), packet.retain()));
        boolean toTopic = target == topics; // a queue has no last value
        if (packet.payload().isPresent()) {
            publishLarge(packet, envelope, target, packet.payload().get());
            return;
        }
        Message message = new Message(envelope, MqttFormat.INSTANCE, packet.body());
        if (toTopic && packet.qos() > 0) {
            Optional<String> refusal = context.retention().refusal(message);
            if (refusal.isPresent()) {
                refuse(packet, PublishOutcome.Reason.QUOTA_USED_UP, refusal.get());
                return;
            }
        }
        count(packet);
        Rider rider = toTopic ? context.retention().rider(message) : Rider.NONE;
        if (packet.qos() == 2) rider = exactlyOnce(packet, rider);
        await(publisher().publish(target, message, token(packet), rider), token(packet));
    }

    private void publishLarge(Packet.Publish packet, Envelope envelope, Destination target, LargeArrival arrival) {
        boolean isKept = target == topics && PublishMarks.isRetain(envelope);
        if (isKept && packet.qos() > 0) {
            refuse(packet, PublishOutcome.Reason.QUOTA_USED_UP, Retention.TOO_LARGE);
            return;
        }
        count(packet);
        Rider rider = isKept ? context.retention().riderOfLarge(envelope) : Rider.NONE;
        if (packet.qos() == 2) rider = exactlyOnce(packet, rider);
        arrival.announce(envelope, MqttFormat.INSTANCE, packet.body(), arrival.size());
        await(publisher().publish(target, arrival, token(packet), rider), token(packet));
    }

    private void await(Admission admission, long token) {
        if (admission == Admission.PARKED) {
            blocked = true;
            parked = token;
        } else {
            admitted(token);
        }
    }

    private boolean isRepeated(Packet.Publish packet) {
        return packet.qos() == 2 && origin.received().holds(packet.packetId());
    }

    private static long token(Packet.Publish packet) {
        return switch (packet.qos()) {
            case 0 -> NO_ANSWER;
            case 1 -> packet.packetId();
            default -> EXACTLY_ONCE | packet.packetId();
        };
    }

    /** MQTT-4.3.3: nobody sees what comes again if the process ends before the force. */
    private Rider exactlyOnce(Packet.Publish packet, Rider with) {
        List<TableChange> changes = new ArrayList<>(with.changes());
        // Message and identifier are durable together, so what comes again after a crash is known or was never taken.
        if (origin.isStored()) {
            changes.add(context.tables().packets().putReceived(origin.clientId(), packet.packetId()));
        }
        return new Rider(changes, Rider.Release.AFTER_FORCE, with.passage());
    }

    /** MQTT-4.3.3-10: from here on the packet identifier names this message, whatever becomes of the connection. */
    private void admitted(long token) {
        if ((token & EXACTLY_ONCE) == 0) return;
        long lsn = publisher().lastLsn();
        if (lsn != Publisher.NOT_TAKEN) origin.received().add(packetId(token), lsn);
    }

    /** MQTT-4.3.3-10: acknowledged, and not published again; when the first one would be, also on another connection. */
    private void repeat(Packet.Publish packet) {
        packet.abandon();
        await();
        loop.core().receipts().add(origin.received().lastLsn(), this::complete, token(packet), PublishOutcome.STORED);
    }

    private void complete(long token, PublishOutcome outcome) {
        onOutcome(token, outcome);
        loop.core().touch(this);
    }

    private void count(Packet.Publish packet) {
        if (packet.qos() > 0) unacknowledged++;
        await();
    }

    private void await() {
        unanswered++;
        if (paused || unanswered <= context.settings().receiveMaximum()) return;
        paused = true;
        context.counters().readingPaused.increment();
    }

    /** Answers a publish that is not allowed, behind the answers of those before it. */
    void refuse(Packet.Publish packet, PublishOutcome.Reason why, String sentence) {
        packet.abandon();
        count(packet);
        publisher().refuse(new PublishOutcome.Refused(why, sentence), token(packet));
    }

    /** Who never sends PUBREL must not fill the broker with identifiers; a client that goes on after PUBREC never comes here. */
    private void checkUnreleased() {
        if (!origin.received().isFull()) return;
        throw new Refusal(
                ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                ReceivedPackets.MOST + " messages of QoS 2 are not released; send PUBREL after PUBREC");
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
        if (outcome instanceof PublishOutcome.Stored) {
            acknowledge(token, ReasonCode.SUCCESS, PropertySet.EMPTY);
        } else if (outcome instanceof PublishOutcome.Unroutable) {
            acknowledge(token, ReasonCode.NO_MATCHING_SUBSCRIBERS, PropertySet.EMPTY);
        } else if (outcome instanceof PublishOutcome.Refused refused) {
            fail(token, reasonOf(refused), refused.sentence());
        } else if (outcome instanceof PublishOutcome.Failed failed) {
            fail(token, ReasonCode.UNSPECIFIED_ERROR, failed.sentence());
        }
    }

    /** §3.4.2.1. */
    private static ReasonCode reasonOf(PublishOutcome.Refused refused) {
        return switch (refused.reason()) {
            case NOT_ALLOWED -> ReasonCode.NOT_AUTHORIZED;
            case INVALID_ADDRESS, TARGET_GONE -> ReasonCode.TOPIC_NAME_INVALID;
            case TOO_LARGE, MEMORY_USED_UP, DISK_FULL, QUOTA_USED_UP -> ReasonCode.QUOTA_EXCEEDED;
        };
    }

    private void fail(long token, ReasonCode reason, String sentence) {
        context.counters().refusals(reason).increment();
        if (connection.isV5()) {
            acknowledge(
                    token,
                    reason,
                    PropertySet.builder().with(Property.REASON_STRING, sentence).build());
        } else {
            // 3.1.1 MQTT-3.3.5-2: a PUBACK would be a promise, so there is nothing left but to close.
            connection.refuse(new Refusal(reason, sentence));
        }
    }

    private void acknowledge(long token, ReasonCode reason, PropertySet properties) {
        boolean exactlyOnce = (token & EXACTLY_ONCE) != 0;
        if (!exactlyOnce || reason.isFailure()) unacknowledged--; // §4.9: or with the PUBCOMP
        PacketType type = exactlyOnce ? PacketType.PUBREC : PacketType.PUBACK;
        connection.output().write(new Packet.Ack(type, packetId(token), reason, properties));
    }

    private static int packetId(long token) {
        return (int) token & PACKET_ID;
    }

    /** PUBREL: the packet identifier may be used for another message once PUBCOMP has said so (MQTT-4.3.3-11). */
    void release(int packetId) {
        await();
        if (!origin.received().release(packetId)) {
            // Of an earlier session, or answered before: the client is told so and can forget it (§4.3.3).
            context.counters().unknownAcknowledgements.increment();
            answerInTurn(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        } else if (!origin.isStored()) {
            origin.received().confirmRelease(packetId);
            answerInTurn(packetId, ReasonCode.SUCCESS);
        } else {
            removeThenAnswer(packetId);
        }
    }

    private void answerInTurn(int packetId, ReasonCode reason) {
        loop.core()
                .receipts()
                .add(
                        0,
                        (token, outcome) -> {
                            released(packetId, reason);
                            loop.core().touch(this);
                        },
                        packetId,
                        PublishOutcome.STORED);
    }

    /** After a crash the client would take the identifier for free, and we its next message for a repetition. */
    private void removeThenAnswer(int packetId) {
        WriteBatch batch =
                new WriteBatch().change(context.tables().packets().removeReceived(origin.clientId(), packetId));
        loop.journal().append(batch, new SessionJournal.Waiter() {
            @Override
            public void onDurable() {
                if (!connection.isClosed()) origin.received().confirmRelease(packetId);
                released(packetId, ReasonCode.SUCCESS);
                loop.core().touch(InboundQos.this);
            }

            @Override
            public void onFailed(String sentence) {
                connection.refuse(new Refusal(ReasonCode.UNSPECIFIED_ERROR, sentence));
            }
        });
    }

    private void released(int packetId, ReasonCode reason) {
        unanswered--;
        if (connection.isClosed()) return;
        if (unacknowledged > 0) unacknowledged--; // the PUBLISH may have come on an earlier connection
        connection.output().write(new Packet.Ack(PacketType.PUBCOMP, packetId, reason, PropertySet.EMPTY));
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
    protected void flush() {
        onOutcomesEnd();
    }

    @Override
    public void onUnblocked() {
        blocked = false;
        admitted(parked);
        connection.resume();
    }

    /** What waits for the log to have space is let go; nothing of it was promised. */
    void close() {
        if (publisher != null) publisher.close();
    }
}
