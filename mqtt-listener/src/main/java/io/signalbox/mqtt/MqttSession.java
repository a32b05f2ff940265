package io.signalbox.mqtt;

import io.netty.util.concurrent.Future;
import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a connection (§4.1): the subscriptions, the queue they fill, the packet identifiers on their way. A session
 * whose filters are all QoS 0 has no queue: messages go straight to its connection. Confined to the loop of the claim that
 * holds it.
 */
final class MqttSession implements WindowSource.Owner {

    /** Makes queue names unique, so that a session never finds what an earlier one of the same client left. */
    private static final AtomicLong QUEUES = new AtomicLong();

    private final String clientId;
    private Subscriptions subscriptions = SeveralSubscriptions.NONE;
    private @Nullable Destination destination; // of its own filters: its queue, or its connection while it has none
    private @Nullable PendingWill will;
    private ListenerLoop loop;
    private String owner = "";
    private int expirySeconds; // unsigned, as CONNECT has it
    private boolean stored;
    private @Nullable ReceivedPackets received;
    private @Nullable Subscription first; // while nothing has come from its queue
    private @Nullable OutboundWindow window;
    private @Nullable CompetingSubscriptions competing;
    private @Nullable PublishSender sender;
    private @Nullable RetainedReplays replays;
    private @Nullable Future<?> expiry;

    MqttSession(ListenerLoop loop, String clientId) {
        this.loop = loop;
        this.clientId = clientId;
    }

    /** A session that an earlier life left; its queue was restored by the core. */
    static MqttSession restore(ListenerLoop loop, SessionTables.StoredSession from, Optional<MessageQueue> queue) {
        MqttSession session = new MqttSession(loop, from.clientId());
        session.stored = true;
        session.owner = from.owner();
        session.changeExpiry(from.expirySeconds());
        from.subscriptions().forEach(session::put);
        if (session.subscriptions.haveCompeting()) session.competing();
        queue.ifPresent(restored -> {
            session.leadTo(restored);
            session.bindings().addAll();
        });
        return session;
    }

    /** The packet identifiers that an earlier life left. */
    void restorePackets(PacketTable.Stored from) {
        from.received.stream().forEach(packetId -> received().add(packetId, 0));
        if (!from.released.isEmpty()) openWindow().restoreReleased(from.released);
    }

    void restorePublished(MessageQueue from, PacketTable.Published published) {
        openWindow().restorePublished(from, published);
    }

    String clientId() {
        return clientId;
    }

    /** Whether a restart of the process leaves it standing. */
    boolean isStored() {
        return stored;
    }

    /** What the client has sent with QoS 2 and not released. */
    ReceivedPackets received() {
        ReceivedPackets present = received;
        if (present == null) received = present = new ReceivedPackets();
        return present;
    }

    /** The user it belongs to; empty if nobody in particular. */
    String owner() {
        return owner;
    }

    void belongsTo(String user) {
        owner = user;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** PUBACK for a message on its way to the client. */
    void acknowledge(int packetId, ReasonCode reason) {
        if (window != null && window.acknowledge(packetId, reason)) return;
        context().counters().unknownAcknowledgements.increment();
    }

    /** PUBREC; false if we know of no such message. */
    boolean clientReceived(int packetId, ReasonCode reason) {
        OutboundWindow present = window;
        if (present == null || !present.isInUse(packetId)) return false;
        if (!present.received(packetId, reason))
            context().counters().unknownAcknowledgements.increment();
        return true;
    }

    /** PUBCOMP. */
    void clientCompleted(int packetId) {
        if (window != null && window.complete(packetId)) return;
        context().counters().unknownAcknowledgements.increment();
    }

    /** The client has acknowledged, or its socket takes more or less: what may be on its way has changed. */
    void grant() {
        if (window != null) window.grant();
        if (replays != null) replays.wake();
    }

    /** Empty if there never was one. */
    Optional<PendingWill> will() {
        return Optional.ofNullable(will);
    }

    /** One in the place of an earlier one. */
    PendingWill newWill() {
        PendingWill present = will;
        if (present == null) will = present = new PendingWill(this);
        return present;
    }

    private SessionBindings bindings() {
        return new SessionBindings(this);
    }

    private void put(SessionSubscription subscription) {
        subscriptions = subscriptions.with(subscription);
    }

    /** 0 = it ends with the connection. */
    long expirySeconds() {
        return Integer.toUnsignedLong(expirySeconds);
    }

    Optional<MessageQueue> queue() {
        return destination instanceof MessageQueue queue ? Optional.of(queue) : Optional.empty();
    }

    @Nullable
    Destination destination() {
        return destination;
    }

    /** Null = nowhere. */
    void leadTo(@Nullable Destination changed) {
        destination = changed;
    }

    /** Empty while it has no queue. */
    String queueName() {
        return queue().map(queue -> queue.settings().name()).orElse("");
    }

    private ListenerContext context() {
        return loop.context();
    }

    ListenerLoop loop() {
        return loop;
    }

    void moveTo(ListenerLoop newLoop) {
        loop = newLoop;
    }

    /** A connection has this session now; {@code batch} takes what must be durable before it is told. */
    void connected(long newExpirySeconds, WriteBatch batch) {
        cancelExpiry();
        if (will != null) will.cancel(); // MQTT-3.1.3-9
        changeExpiry(newExpirySeconds);
        if (newExpirySeconds > 0 && !stored) {
            stored = true;
            changePackets(batch, context().tables().packets()::putReceived);
        }
        if (stored) context().tables().put(batch, this, SessionTables.StoredSession.CONNECTED);
    }

    private void changePackets(WriteBatch batch, BiFunction<String, Integer, TableChange> change) {
        ReceivedPackets present = received;
        if (present == null) return;
        present.all().stream().forEach(packetId -> batch.change(change.apply(clientId, packetId)));
    }

    /** The client has changed its mind with its DISCONNECT (§3.14.2.2.2). */
    void changeExpiry(long newExpirySeconds) {
        expirySeconds = (int) newExpirySeconds;
    }

    void expireWith(Future<?> timer) {
        expiry = timer;
    }

    /** The session is about to leave its loop; a will that waits goes with it. */
    void stopTimers() {
        cancelExpiry();
        if (will != null) will.stopTimer();
    }

    private void cancelExpiry() {
        Future<?> timer = expiry;
        if (timer != null) timer.cancel(false);
        expiry = null;
    }

    /** Begins to deliver to a connection, what was in flight first (MQTT-4.4.0-1). */
    void attach(PublishSender to) {
        sender = to;
        if (window != null) window.attach(to);
        queue().ifPresent(this::consume);
        if (destination == null) bindings().addAll();
        if (replays != null) replays.attach(to);
        if (competing != null) competing.attach();
    }

    /** Ends the delivery; what was not acknowledged keeps its place in the queue and its packet identifier. */
    void detach() {
        sender = null;
        if (replays != null) replays.detach();
        if (first != null) first.close();
        first = null;
        if (window != null) window.detach();
        bindings().closeDirect();
    }

    /**
     * Subscribes, in place of a subscription with the same filter (MQTT-3.8.4-3).
     *
     * @throws CatalogueException if the session needs a queue and cannot have one
     */
    void subscribe(SessionSubscription subscription, WriteBatch batch) {
        if (subscription.kind() == FilterKind.TOPICS) {
            if (subscription.qos() > 0 && queue().isEmpty()) openQueue(batch);
            bindings().add(subscription);
        } else {
            competing().subscribe(subscription);
        }
        put(subscription);
        if (stored) context().tables().putSubscription(batch, clientId, subscription);
        if (replays != null) replays.replace(subscription);
    }

    /** The retained messages that its subscriptions wait for; made when there may be some. */
    RetainedReplays replays() {
        RetainedReplays present = replays;
        if (present == null) {
            present = new RetainedReplays(context(), this, sender);
            replays = present;
        }
        return present;
    }

    /** False if there was no such subscription. */
    boolean unsubscribe(String filter, WriteBatch batch) {
        Optional<SessionSubscription> removed = subscriptions.get(filter);
        if (removed.isEmpty()) return false;
        subscriptions = subscriptions.without(filter);
        if (replays != null) replays.remove(filter, batch);
        if (removed.get().kind() == FilterKind.TOPICS) {
            bindings().remove(filter);
        } else {
            competing().unsubscribe(removed.get());
        }
        if (stored) context().tables().removeSubscription(batch, clientId, filter);
        return true;
    }

    private void openQueue(WriteBatch batch) {
        String name = "mqtt/" + clientId + "/" + Long.toString(context().clock().millis(), 36) + "-"
                + Long.toString(QUEUES.getAndIncrement(), 36);
        VirtualHost host = context().host();
        host.declareQueue(loop.core(), QueueSettings.session(name, stored, clientId));
        // It exists from here on; that it is durable is waited for with the batch, which comes after it in the log.
        MessageQueue opened = host.queue(name)
                .orElseThrow(() -> new CatalogueException(
                        CatalogueException.Reason.STORE_BUSY, "The log has no space at this moment; try again."));
        bindings().turnTo(opened);
        if (stored) context().tables().put(batch, this, SessionTables.StoredSession.CONNECTED);
        consume(opened);
    }

    @Override
    public void onQueueGone(WindowSource source) {
        onQueueGone();
    }

    /** An operator has removed the queue, and with it what the session is for. */
    void onQueueGone() {
        expirySeconds = 0;
        disconnect(ReasonCode.ADMINISTRATIVE_ACTION, "the session's queue was removed");
    }

    /** Ends the connection, if there is one. */
    void disconnect(ReasonCode reason, String sentence) {
        PublishSender to = sender;
        if (to != null) to.disconnect(reason, sentence);
    }

    /** What tells one connection of this session from the next; null while there is none. */
    @Nullable
    PublishSender connection() {
        return sender;
    }

    private CompetingSubscriptions competing() {
        CompetingSubscriptions present = competing;
        if (present == null) {
            present = new CompetingSubscriptions(this);
            competing = present;
        }
        return present;
    }

    /** After a restart, on the loop: what others share in. */
    void rejoin() {
        if (competing != null) competing.rejoin();
    }

    private void consume(MessageQueue from) {
        PublishSender to = sender;
        if (to == null) return;
        if (window == null) first = to.awaitFirst(from);
        else sendOwn().begin(from, loop, clientId);
    }

    /** The part in the window of its own queue. */
    WindowSource sendOwn() {
        first = null;
        return new WindowSource(openWindow(), this, DeliveryTerms.OWN);
    }

    /** The window to the client, for a queue that has messages for it; empty while there is no connection. */
    Optional<OutboundWindow> window() {
        return sender == null ? Optional.empty() : Optional.of(openWindow());
    }

    private OutboundWindow openWindow() {
        OutboundWindow present = window;
        if (present == null) {
            present = new OutboundWindow(this);
            window = present;
        }
        return present;
    }

    PacketJournal packetJournal() {
        return new PacketJournal(loop.journal(), context().tables().packets(), clientId, stored);
    }

    /** Who it is to the queues that it consumes from; what is kept for it there is kept for this name. */
    String subscriberName() {
        return loop.sessions().nameOf(clientId);
    }

    /** Nothing of it remains, in memory or, with {@code batch}, in the store. Its will, if one waits, is published. */
    void end(WriteBatch batch) {
        cancelExpiry();
        if (will != null) will.publish(); // MQTT-3.1.2-8: the session ends before the delay has passed
        if (replays != null) replays.end(batch);
        detach();
        if (window != null) window.endSession(batch, packetJournal(), subscriberName());
        window = null;
        if (competing != null) competing.end();
        if (destination instanceof MessageQueue queue) {
            bindings().removeAll();
            QueueRemoval.start(context().host(), loop, queue.settings().name());
            destination = null;
        }
        if (will != null) will.forgetCancelled(batch);
        if (stored) {
            context().tables().remove(batch, clientId, subscriptions.all());
            changePackets(batch, context().tables().packets()::removeReceived);
        }
        stored = false;
        received = null;
    }
}
