package io.signalbox.mqtt;

import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.Packet.SubscriptionRequest;
import io.signalbox.mqtt.codec.PacketType;
import io.signalbox.mqtt.codec.Property;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import io.signalbox.mqtt.codec.TopicSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** From CONNACK to the end: what each packet of the client does (§3). Confined to the connection's event loop. */
final class Connected implements Stage, SessionClaim.Holder {

    /** SUBSCRIBE and UNSUBSCRIBE that may wait for the force before the connection is not read for a while. */
    private static final int MAX_UNANSWERED_REQUESTS = 64;

    private static final int MAX_LEVELS = io.signalbox.broker.routing.TopicSyntax.MAX_LEVELS;

    private final MqttConnection connection;
    private final SessionClaim claim;
    private final MqttSession session;
    private final boolean endsWithConnection;
    private final boolean bridge;
    private @Nullable InboundQos inbound;
    private @Nullable TopicAliases aliases;
    private int unansweredRequests;
    private boolean openingQueues;

    Connected(MqttConnection connection, SessionClaim claim, MqttSession session, ConnectNegotiator.Negotiated agreed) {
        this.connection = connection;
        this.claim = claim;
        this.session = session;
        this.endsWithConnection = agreed.sessionExpirySeconds() == 0;
        this.bridge = agreed.bridge();
    }

    private ListenerLoop loop() {
        return connection.loop();
    }

    private ListenerContext context() {
        return connection.loop().context();
    }

    /** Made by the first publish: most devices listen, or are silent. */
    private InboundQos inbound() {
        InboundQos present = inbound;
        if (present == null) inbound = present = new InboundQos(loop(), connection, session);
        return present;
    }

    @Override
    public boolean isReady() {
        return (inbound == null || inbound.isReady()) && !openingQueues && unansweredRequests < MAX_UNANSWERED_REQUESTS;
    }

    @Override
    public void onPacket(Packet packet) {
        if (packet instanceof Packet.Publish publish) {
            publish(publish);
        } else if (packet instanceof Packet.Ack ack) {
            acknowledge(ack);
        } else if (packet instanceof Packet.Subscribe subscribe) {
            subscribe(subscribe);
        } else if (packet instanceof Packet.Unsubscribe unsubscribe) {
            unsubscribe(unsubscribe);
        } else if (packet instanceof Packet.PingReq) {
            connection.output().write(new Packet.PingResp()); // MQTT-3.12.4-1
        } else if (packet instanceof Packet.Disconnect disconnect) {
            disconnect(disconnect);
        } else {
            // MQTT-4.12.0-7: nobody gets here with an authentication method.
            throw new Refusal(ReasonCode.PROTOCOL_ERROR, packet.type() + " was not asked for");
        }
    }

    private void publish(Packet.Publish publish) {
        context().counters().publishesReceived.increment();
        String topic = publish.topicAlias() == 0 ? publish.topic() : aliases().resolve(publish);
        if (TopicSyntax.levels(topic) > MAX_LEVELS) {
            throw new Refusal(ReasonCode.TOPIC_NAME_INVALID, "the topic has more than " + MAX_LEVELS + " levels");
        }
        Optional<String> queue = NamedQueues.nameOf(topic);
        if (queue.isPresent()) {
            inbound().publishToQueue(publish, queue.get());
        } else if (ReservedTopics.isReserved(topic)) {
            refuseReserved(publish);
        } else {
            inbound().publish(publish, topic);
        }
    }

    /** Made by the first alias: few clients have any. */
    private TopicAliases aliases() {
        TopicAliases present = aliases;
        if (present == null) {
            present = new TopicAliases(context().settings().topicAliasMaximum());
            aliases = present;
        }
        return present;
    }

    private void refuseReserved(Packet.Publish publish) {
        String sentence = "the topic belongs to the server";
        // QoS 0 has no answer, so the only explicit one is the end.
        if (publish.qos() == 0) throw new Refusal(ReasonCode.TOPIC_NAME_INVALID, sentence);
        inbound().refuse(publish, PublishOutcome.Reason.INVALID_ADDRESS, sentence);
    }

    private void acknowledge(Packet.Ack ack) {
        switch (ack.type()) {
            case PUBACK -> session.acknowledge(ack.packetId(), ack.reason());
            case PUBREC -> {
                if (!session.clientReceived(ack.packetId(), ack.reason())) answerUnknown(ack);
            }
            case PUBREL -> inbound().release(ack.packetId());
            default -> session.clientCompleted(ack.packetId());
        }
    }

    /** A client may go on with what an earlier session began; it is told so and can forget it (§4.3.3). */
    private void answerUnknown(Packet.Ack ack) {
        context().counters().unknownAcknowledgements.increment();
        if (ack.reason().isFailure()) return; // MQTT-4.4.0-2: it is over
        connection
                .output()
                .write(new Packet.Ack(
                        PacketType.PUBREL, ack.packetId(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, PropertySet.EMPTY));
    }

    private void subscribe(Packet.Subscribe packet) {
        List<String> queues = packet.requests().stream()
                .flatMap(request -> NamedQueues.nameOf(request.filter()).stream())
                .toList();
        if (queues.isEmpty()) {
            subscribeAll(packet);
            return;
        }
        openingQueues = true; // what comes next is read when this is done
        CompletionStage<Optional<MessageQueue>> opened = CompletableFuture.completedStage(Optional.empty());
        for (String queue : queues) opened = opened.thenCompose(before -> openQueue(queue));
        opened.thenAccept(last -> {
            openingQueues = false;
            connection.goOn(() -> subscribeAll(packet));
        });
    }

    /** Empty if it cannot be had; each filter is answered for itself. */
    private CompletionStage<Optional<MessageQueue>> openQueue(String name) {
        return NamedQueues.open(context().host(), loop().core(), name, session.clientId())
                .handle((queue, failure) -> Optional.ofNullable(queue));
    }

    private void subscribeAll(Packet.Subscribe packet) {
        WriteBatch batch = new WriteBatch();
        int identifier =
                (int) packet.properties().number(Property.SUBSCRIPTION_IDENTIFIER, SessionSubscription.NO_IDENTIFIER);
        List<ReasonCode> reasons = new ArrayList<>(packet.requests().size());
        PropertySet why = PropertySet.EMPTY;
        List<SessionSubscription> replayed = new ArrayList<>(0);
        for (SubscriptionRequest request : packet.requests()) {
            Answer answer = subscribe(request, identifier, batch, replayed);
            reasons.add(answer.reason);
            if (!answer.reason.isFailure()) continue;
            context().counters().refusals(answer.reason).increment();
            if (why.isEmpty()) why = answer.why(reasons.size());
        }
        // MQTT-3.8.4-1, -2, -5, -6; what it says of a persistent session is durable first.
        Packet answer = new Packet.SubAck(packet.packetId(), reasons, why);
        answerWhenDurable(batch, answer, () -> {
            if (!replayed.isEmpty()) session.replays().start(replayed);
        });
    }

    /** What SUBACK says of one filter, and why if it was refused. */
    private record Answer(ReasonCode reason, String sentence) {
        PropertySet why(int place) {
            return ofFilter(place, sentence);
        }
    }

    /** §3.9.2.1.2, §3.11.2.1.2: of the first filter that has a reason; {@code place} counts from 1. */
    private static PropertySet ofFilter(int place, String sentence) {
        return PropertySet.builder()
                .with(Property.REASON_STRING, "filter " + place + ": " + sentence)
                .build();
    }

    private Answer subscribe(
            SubscriptionRequest request, int identifier, WriteBatch batch, List<SessionSubscription> replayed) {
        String filter = request.filter();
        if (!isFilterValid(filter)) return new Answer(ReasonCode.TOPIC_FILTER_INVALID, "it is not accepted here");
        Subscriptions present = session.subscriptions();
        long cost = SessionSubscription.heapBytes(filter);
        if (!present.has(filter)
                && present.heapBytes() + cost > context().settings().maximumFilterBytes()) {
            return new Answer(ReasonCode.QUOTA_EXCEEDED, "the session's filters take as much memory as they may");
        }
        SessionSubscription wanted = new SessionSubscription(
                filter, request.qos(), request.noLocal() || bridge, request.retainAsPublished() || bridge, identifier);
        boolean existed = present.has(filter);
        try {
            session.subscribe(wanted, batch);
        } catch (CatalogueException e) {
            boolean noSuchQueue = e.reason() == CatalogueException.Reason.NOT_FOUND;
            ReasonCode reason = noSuchQueue ? ReasonCode.TOPIC_FILTER_INVALID : ReasonCode.UNSPECIFIED_ERROR;
            return new Answer(reason, String.valueOf(e.getMessage()));
        }
        if (isReplayed(request, existed)) {
            session.replays().add(wanted, batch);
            replayed.add(wanted);
        }
        return new Answer(ReasonCode.granted(request.qos()), ""); // MQTT-3.8.4-7
    }

    private boolean isReplayed(SubscriptionRequest request, boolean existed) {
        boolean wanted = switch (request.retainHandling()) {
            case 0 -> true; // MQTT-3.3.1-9, MQTT-3.8.4-4; 3.1.1 MQTT-3.8.4-3
            case 1 -> !existed; // MQTT-3.3.1-10
            default -> false; // MQTT-3.3.1-11
        };
        if (FilterKind.of(request.filter()) != FilterKind.TOPICS) return false; // §3.8.4, §4.8.2: not to shared ones
        return wanted && context().host().retained().mayHave(request.filter());
    }

    private static boolean isFilterValid(String filter) {
        return switch (FilterKind.of(filter)) {
            case TOPICS -> TopicSyntax.levels(filter) <= MAX_LEVELS;
            // To 3.x, which has no shared subscriptions, any filter is well-formed that begins so: MQTT-4.8.2-1, -2.
            case SHARED ->
                TopicSyntax.isSharedFilter(filter)
                        && filter.length() <= QueueSettings.MAX_NAME_CHARS
                        && TopicSyntax.levels(TopicSyntax.sharedTopics(filter)) <= MAX_LEVELS;
            case QUEUE -> NamedQueues.nameOf(filter).isPresent();
        };
    }

    private void unsubscribe(Packet.Unsubscribe packet) {
        WriteBatch batch = new WriteBatch();
        List<ReasonCode> reasons = new ArrayList<>(packet.filters().size());
        PropertySet why = PropertySet.EMPTY;
        for (String filter : packet.filters()) {
            boolean existed = session.unsubscribe(filter, batch);
            reasons.add(existed ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (!existed && why.isEmpty()) why = ofFilter(reasons.size(), "there was no such subscription");
        }
        // MQTT-3.10.4-4, -5, -6
        answerWhenDurable(batch, new Packet.UnsubAck(packet.packetId(), reasons, why), () -> {});
    }

    private void answerWhenDurable(WriteBatch batch, Packet answer, Runnable afterwards) {
        unansweredRequests++;
        loop().journal().append(batch, new SessionJournal.Waiter() {
            @Override
            public void onDurable() {
                unansweredRequests--;
                if (connection.isClosed()) return;
                if (!connection.output().write(answer)) {
                    // MQTT-3.1.2-24: without its answer the client would wait for ever.
                    String sentence = answer.type() + " is larger than the maximum packet size";
                    connection.refuse(new Refusal(ReasonCode.PACKET_TOO_LARGE, sentence));
                    return;
                }
                afterwards.run();
                connection.resume();
            }

            @Override
            public void onFailed(String sentence) {
                connection.refuse(new Refusal(ReasonCode.UNSPECIFIED_ERROR, sentence));
            }
        });
    }

    private void disconnect(Packet.Disconnect packet) {
        if (packet.properties().has(Property.SESSION_EXPIRY_INTERVAL)) {
            long asked = packet.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0);
            if (endsWithConnection && asked != 0) {
                // §3.14.2.2.2
                throw new Refusal(ReasonCode.PROTOCOL_ERROR, "a session that was to end here cannot be kept");
            }
            session.changeExpiry(Math.min(asked, context().settings().maximumSessionExpirySeconds()));
        }
        connection.left(packet.reason() == ReasonCode.SUCCESS ? Ending.NORMAL : Ending.LOST); // MQTT-3.14.4-3
    }

    @Override
    public void onReadComplete() {
        session.grant();
    }

    @Override
    public void onWritabilityChanged() {
        session.grant();
    }

    @Override
    public void onClosed(Ending ending) {
        if (inbound != null) inbound.close();
        session.detach();
        if (ending == Ending.NORMAL) {
            session.will().ifPresent(PendingWill::cancel);
        } else {
            session.will().ifPresent(PendingWill::connectionLost);
        }
        claim.connectionClosed();
    }

    @Override
    public void onSession(Optional<MqttSession> passed) {
        throw new IllegalStateException("a session for a connection that has one");
    }

    @Override
    public void onTakenOver() {
        connection.takenOver();
    }

    @Override
    public boolean isConnected() {
        return !connection.isClosed();
    }
}
