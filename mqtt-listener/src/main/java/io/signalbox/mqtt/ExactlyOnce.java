package io.signalbox.mqtt;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * QoS 2 towards a client, step by step (§4.3.3). PUBLISH leaves when it is durable which entry its packet identifier
 * stands for; PUBREL leaves when it is durable, in one record with the entry's settlement, that the client has the message;
 * after PUBCOMP the identifier is forgotten, and a crash may have us send PUBREL again. Confined to the session's loop.
 */
final class ExactlyOnce {

    private final OutboundWindow window;

    /** What the client has, in the order of its PUBRECs. */
    private final Set<Outgoing> beyondPublish = new LinkedHashSet<>(4);

    private long lastOrder;
    private WriteBatch changes = new WriteBatch();
    private List<Outgoing> keeping = new ArrayList<>(2);
    private @Nullable PublishSender sender;
    private @Nullable PacketJournal journal;

    ExactlyOnce(OutboundWindow window) {
        this.window = window;
    }

    /** What an earlier life left, which the client may not know. */
    void restore(List<PacketTable.Released> released) {
        released.stream()
                .sorted(Comparator.comparingLong(PacketTable.Released::order))
                .forEach(was -> {
                    Outgoing message = window.restore(was.packetId());
                    message.step = Outgoing.Step.RELEASED;
                    beyondPublish.add(message);
                    lastOrder = was.order();
                });
    }

    /** A connection is there; what it has to be told again comes first (MQTT-4.4.0-1, in order: MQTT-4.6.0-4). */
    void attach(PublishSender to, PacketJournal newJournal) {
        sender = to;
        journal = newJournal;
        for (Outgoing message : beyondPublish) {
            if (message.step == Outgoing.Step.RELEASED) to.release(message.packetId);
        }
    }

    /** The connection is gone, and what has gathered goes to the log all the same. */
    void detach() {
        append();
        sender = null;
    }

    /** How many wait for their PUBREL or PUBCOMP. */
    int beyondPublish() {
        return beyondPublish.size();
    }

    /** A message has its packet identifier; {@link #append} follows. */
    void publish(Outgoing message, WindowSource source, Delivery delivery) {
        PacketJournal to = journal;
        if (to == null || !to.stores(source.queue(), delivery.lsn())) {
            window.publish(message);
            return;
        }
        message.step = Outgoing.Step.KEEPING;
        message.stored = true;
        changes.change(to.published(message.packetId, source.queue().id(), delivery.lsn()));
        keeping.add(message);
    }

    /** What has gathered goes to the log in one record. */
    void append() {
        PacketJournal to = journal;
        PublishSender client = sender;
        if (to == null || client == null || changes.isEmpty()) return;
        WriteBatch batch = changes;
        List<Outgoing> kept = keeping;
        changes = new WriteBatch();
        if (kept.isEmpty()) {
            to.journal().append(batch); // a crash before the force has the client asked once more
            return;
        }
        keeping = new ArrayList<>(2);
        to.journal().append(batch, new SessionJournal.Waiter() {
            @Override
            public void onDurable() {
                if (!client.isClosed()) publishKept(kept);
            }

            @Override
            public void onFailed(String sentence) {
                client.disconnect(ReasonCode.UNSPECIFIED_ERROR);
            }
        });
    }

    private void publishKept(List<Outgoing> kept) {
        for (Outgoing message : kept) {
            if (message.step == Outgoing.Step.KEEPING) window.publish(message);
        }
        window.grant();
        window.flush();
    }

    /** PUBREC. False if it answers no PUBLISH of this connection. */
    boolean received(Outgoing message, ReasonCode reason) {
        switch (message.step) {
            case PUBLISHED -> receivedFirst(message, reason);
            case RECEIVED -> {} // PUBREL is on its way
            case RELEASED -> {
                if (reason.isFailure()) {
                    completed(message);
                } else if (sender != null) {
                    sender.release(message.packetId); // MQTT-4.3.3-4
                }
            }
            default -> {
                return false; // the PUBLISH comes again, and so will its PUBREC
            }
        }
        return true;
    }

    private void receivedFirst(Outgoing message, ReasonCode reason) {
        WindowSource source = message.source;
        Delivery delivery = message.delivery;
        PacketJournal to = journal;
        if (source == null || delivery == null || to == null) return;
        if (reason.isFailure()) {
            // MQTT-4.4.0-2: the client will never have it
            window.end(message, new Outcome.Rejected(reason.name()));
            return;
        }
        message.step = Outgoing.Step.RECEIVED;
        beyondPublish.add(message);
        if (!message.stored) {
            source.settleReceived(delivery);
            release(message);
        } else if (!source.settleReceived(delivery, message.packetId, to.released(message.packetId, ++lastOrder))) {
            release(message);
        }
    }

    /** The same again on a new connection, for those whose confirmation the old one did not live to see. */
    void confirmAgain(WindowSource source) {
        PacketJournal to = journal;
        for (Outgoing message : beyondPublish) {
            WindowSource before = message.source;
            Delivery delivery = message.delivery;
            if (message.step != Outgoing.Step.RECEIVED || before == null || delivery == null || to == null) continue;
            if (before.queue() != source.queue()) continue;
            message.source = source;
            boolean asked =
                    source.settleReceived(delivery, message.packetId, to.released(message.packetId, ++lastOrder));
            if (!asked) throw new IllegalStateException("a queue that has just begun is not consumed");
        }
    }

    /** It is durable that the client has the message. */
    void confirmed(Outgoing message) {
        if (message.step == Outgoing.Step.RECEIVED) release(message);
    }

    private void release(Outgoing message) {
        message.step = Outgoing.Step.RELEASED;
        message.delivery = null;
        if (sender != null) sender.release(message.packetId); // MQTT-4.3.3-4
    }

    /** PUBCOMP. False if there was no PUBREL. */
    boolean completed(Outgoing message) {
        if (message.step != Outgoing.Step.RELEASED) return false;
        beyondPublish.remove(message);
        window.completed(message);
        return true;
    }

    /** The identifier is free; {@link #append} follows. */
    void forget(Outgoing message) {
        PacketJournal to = journal;
        beyondPublish.remove(message);
        if (message.stored && to != null) changes.change(to.ended(message.packetId));
    }
}
