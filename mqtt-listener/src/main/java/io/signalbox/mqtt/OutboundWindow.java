package io.signalbox.mqtt;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.mqtt.Outgoing.Step;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of QoS 1 and 2 on their way to a client (§4.3, §4.9): at most as many as it takes, each with a packet
 * identifier that it keeps until it is acknowledged, also over a reconnection (MQTT-4.4.0-1). They come from one or more
 * queues, each with its part of the window. What QoS 2 needs besides is in {@link ExactlyOnce}. Confined to the session's
 * loop.
 */
final class OutboundWindow {

    private final MqttSession session;

    /** Made when the first message comes. */
    private @Nullable PacketSlots slots;

    /** Made when the first message of QoS 2 comes. */
    private @Nullable ExactlyOnce exactlyOnce;

    private List<WindowSource> sources = List.of();

    /** What was in flight on an earlier connection, until its queue hands it over again. */
    private Map<EntryName, Outgoing> awaited = Map.of();

    /**
     * What came while other queues' messages filled the window: at most as many again, and one for each queue. Null while there
     * is nothing.
     */
    private @Nullable ArrayDeque<Waiting> waiting;

    /** Sent and not acknowledged to the end. */
    private int inFlight;

    private record Waiting(WindowSource from, Delivery delivery) {}

    private record EntryName(MessageQueue queue, long lsn) {}

    OutboundWindow(MqttSession session) {
        this.session = session;
    }

    private PacketSlots slots() {
        PacketSlots present = slots;
        if (present == null) {
            int most = session.loop().context().settings().outboundWindow();
            slots = present = new PacketSlots(most);
        }
        return present;
    }

    private ExactlyOnce exactlyOnce() {
        ExactlyOnce present = exactlyOnce;
        if (present == null) {
            exactlyOnce = present = new ExactlyOnce(this);
            PublishSender to = session.connection();
            if (to != null) present.attach(to, session.packetJournal());
        }
        return present;
    }

    /** What an earlier life left of a queue: identifiers whose PUBLISH may have left. */
    void restorePublished(MessageQueue queue, PacketTable.Published was) {
        Outgoing message = restore(was.packetId());
        inFlight--; // it counts when it comes
        await(new EntryName(queue, was.lsn()), message);
    }

    private void await(EntryName name, Outgoing message) {
        if (awaited.isEmpty()) awaited = new HashMap<>(4);
        awaited.put(name, message);
    }

    void restoreReleased(List<PacketTable.Released> released) {
        exactlyOnce().restore(released);
    }

    Outgoing restore(int packetId) {
        exactlyOnce(); // what is stored of it goes with it
        Outgoing message = slots().put(new Outgoing(packetId, 2));
        message.stored = true;
        message.repeated = true;
        inFlight++;
        return message;
    }

    /** The session has a connection. */
    void attach(PublishSender to) {
        if (exactlyOnce != null) exactlyOnce.attach(to, session.packetJournal());
    }

    /** One more queue has a part of the window from now on. */
    void add(WindowSource source) {
        sources = Few.with(sources, source);
        if (exactlyOnce != null) exactlyOnce.confirmAgain(source);
        grant();
    }

    void remove(WindowSource source) {
        if (!sources.contains(source)) return;
        sources = Few.without(sources, source);
        ArrayDeque<Waiting> held = waiting;
        if (held != null) held.removeIf(message -> message.from == source);
        endWaiting();
        grant();
    }

    /** The connection is gone. What was in flight goes back to its place in the queue, some with its identifier. */
    void detach() {
        if (slots != null) slots.forEach(this::detach);
        if (exactlyOnce != null) exactlyOnce.detach();
        sources.forEach(WindowSource::close);
        sources = List.of();
        waiting = null;
        inFlight = exactlyOnce == null ? 0 : exactlyOnce.beyondPublish();
    }

    private void detach(Outgoing message) {
        WindowSource source = message.source;
        Delivery delivery = message.delivery;
        message.counted = false;
        message.repeated = true;
        if (message.step == Step.RELEASED) message.source = null;
        if (message.step != Step.PUBLISHED && message.step != Step.KEEPING) return;
        if (source == null || delivery == null) throw new IllegalStateException(message.packetId + " of no queue");
        if (source.keep(message, delivery)) {
            message.step = Step.AWAITED;
            message.source = null;
            message.delivery = null;
            await(new EntryName(source.queue(), delivery.lsn()), message);
        } else {
            free(message);
        }
    }

    /** Lets the queues send what the client takes now; what was acknowledged since makes room for as many. */
    void grant() {
        PublishSender to = session.connection();
        if (to == null) return;
        sendWaiting(to);
        if (exactlyOnce != null) exactlyOnce.append();
        // A socket that does not keep up gets nothing new; what is on its way still comes.
        int share = to.hasRoom() && !sources.isEmpty() ? (to.agreedWindow() - 1) / sources.size() + 1 : 0;
        for (int i = 0; i < sources.size(); i++) sources.get(i).grant(share);
    }

    private void sendWaiting(PublishSender to) {
        ArrayDeque<Waiting> held = waiting;
        if (held == null) return;
        for (Waiting next = held.peek(); next != null && to.hasRoom(); next = held.peek()) {
            if (!hasSlotFor(next.from, next.delivery, to)) return;
            held.remove();
            send(next.from, next.delivery);
        }
        endWaiting();
    }

    private void endWaiting() {
        if (waiting != null && waiting.isEmpty()) waiting = null;
    }

    private boolean hasSlotFor(WindowSource from, Delivery delivery, PublishSender to) {
        if (inFlight >= to.agreedWindow()) return false;
        if (awaited.containsKey(nameOf(from, delivery))) return true;
        // or identifiers of what never comes would be in use for ever
        PacketSlots present = slots();
        if (!present.hasRoom()) forgetExpired(from.queue());
        if (!present.hasRoom()) forgetExpiredOfEmptyQueues();
        return present.hasRoom();
    }

    /** A queue that holds nothing has nothing to hand over again. */
    private void forgetExpiredOfEmptyQueues() {
        Set<MessageQueue> queues = new HashSet<>();
        for (EntryName name : awaited.keySet()) queues.add(name.queue());
        for (MessageQueue queue : queues) {
            QueueStatus now = queue.status();
            if (now.ready() + now.unsettled() == 0) forgetExpired(queue);
        }
    }

    private static EntryName nameOf(WindowSource from, Delivery delivery) {
        return new EntryName(from.queue(), delivery.lsn());
    }

    /** Whether the client's socket keeps up. */
    boolean hasRoom() {
        PublishSender to = session.connection();
        return to != null && to.hasRoom();
    }

    /** A message for the client, with nothing to acknowledge. */
    void sendAtMostOnce(Delivery delivery, DeliveryTerms terms) {
        PublishSender to = session.connection();
        if (to != null) to.sendAtMostOnce(delivery.message(), delivery.flags(), terms);
    }

    /** A message for the client that its queue has handed over. */
    void take(WindowSource from, Delivery delivery) {
        PublishSender to = session.connection();
        if (to == null) return;
        ArrayDeque<Waiting> held = waiting;
        if (held == null && hasSlotFor(from, delivery, to)) {
            send(from, delivery);
            return;
        }
        if (held == null) waiting = held = new ArrayDeque<>();
        held.add(new Waiting(from, delivery));
    }

    private void send(WindowSource from, Delivery delivery) {
        Outgoing known = awaited.isEmpty() ? null : awaited.remove(nameOf(from, delivery));
        if (known == null) forgetExpired(from.queue());
        else if (awaited.isEmpty()) awaited = Map.of();
        Outgoing message = known == null ? slots().take(from.qosOf(delivery)) : known;
        message.source = from;
        message.delivery = delivery;
        message.counted = true;
        inFlight++;
        if (message.qos == 2) {
            exactlyOnce().publish(message, from, delivery);
        } else {
            message.repeated |= delivery.isRedelivered();
            publish(message);
        }
    }

    /** QoS 1 comes back first; what of it is missing has expired, and its identifiers are free. QoS 2 always comes back. */
    private void forgetExpired(MessageQueue from) {
        if (awaited.isEmpty()) return;
        awaited.entrySet().removeIf(entry -> {
            boolean expired = entry.getKey().queue() == from && entry.getValue().qos == 1;
            if (expired) free(entry.getValue());
            return expired;
        });
    }

    /** Nothing holds its PUBLISH back any more. */
    void publish(Outgoing message) {
        PublishSender to = session.connection();
        Delivery delivery = message.delivery;
        WindowSource source = message.source;
        if (to == null || delivery == null || source == null) return;
        message.step = Step.PUBLISHED;
        if (!to.sendAcknowledged(delivery.message(), delivery.flags(), source.terms(), message))
            end(message, Outcome.ACCEPTED); // MQTT-3.1.2-25: as if it had been delivered.
    }

    /**
     * PUBACK: the client owns the message (MQTT-4.3.2-3), or will never have it (MQTT-4.4.0-2).
     *
     * @return false if nothing with this identifier is on its way
     * @throws Refusal if it is a message of QoS 2
     */
    boolean acknowledge(int packetId, ReasonCode reason) {
        Outgoing message = find(packetId, 1);
        if (message == null || message.step != Step.PUBLISHED) return false;
        end(message, reason.isFailure() ? new Outcome.Rejected(reason.name()) : Outcome.ACCEPTED);
        return true;
    }

    private @Nullable Outgoing find(int packetId) {
        return slots == null ? null : slots.find(packetId);
    }

    private @Nullable Outgoing find(int packetId, int qos) {
        Outgoing message = find(packetId);
        if (message != null && message.qos != qos) {
            // MQTT-3.3.4-1
            throw new Refusal(
                    ReasonCode.PROTOCOL_ERROR, "the wrong acknowledgement for a message of QoS " + message.qos);
        }
        return message;
    }

    /** Whether a packet identifier means something to us. */
    boolean isInUse(int packetId) {
        return find(packetId) != null;
    }

    /** PUBREC, of an identifier that is in use; false if it answers nothing that was sent on this connection. */
    boolean received(int packetId, ReasonCode reason) {
        Outgoing message = find(packetId, 2);
        return message != null && exactlyOnce().received(message, reason);
    }

    /** PUBCOMP; false if it answers nothing. */
    boolean complete(int packetId) {
        Outgoing message = find(packetId);
        return message != null && exactlyOnce().completed(message);
    }

    /** It is durable that the client has a message. */
    void confirmed(int packetId) {
        Outgoing message = find(packetId);
        if (message != null) exactlyOnce().confirmed(message);
    }

    /** A message is over, and its queue hears what became of it. */
    void end(Outgoing message, Outcome outcome) {
        WindowSource source = message.source;
        Delivery delivery = message.delivery;
        inFlight--;
        free(message);
        if (source != null && delivery != null) source.settle(delivery, outcome);
    }

    /** A message is over of which its queue knows all. */
    void completed(Outgoing message) {
        inFlight--;
        free(message);
        if (message.counted && message.source != null) message.source.completed();
    }

    /** Messages of this queue that the client has not been sent go back to it. */
    void giveBackWaiting(WindowSource source) {
        ArrayDeque<Waiting> held = waiting;
        if (held == null) return;
        for (Waiting message : List.copyOf(held)) {
            if (message.from != source) continue;
            held.remove(message);
            source.settle(message.delivery, Outcome.RELEASED);
        }
        endWaiting();
    }

    /** The queue is gone: nothing of it will be acknowledged any more, but what the client has is completed. */
    void forget(WindowSource source) {
        if (slots == null) return;
        slots.forEach(message -> {
            if (message.source != source || message.step == Step.RELEASED) return;
            inFlight--;
            free(message);
        });
    }

    void forgetAwaited(WindowSource source) {
        if (awaited.isEmpty()) return;
        awaited.entrySet().removeIf(entry -> {
            if (entry.getKey().queue() != source.queue()) return false;
            free(entry.getValue());
            return true;
        });
    }

    private void free(Outgoing message) {
        if (message.qos == 2) exactlyOnce().forget(message);
        slots().free(message);
    }

    /** The session ends: nobody else gets what its client may have had (MQTT-4.8.2-5). The window is detached. */
    void endSession(WriteBatch batch, PacketJournal journal, String subscriber) {
        if (slots == null) return;
        slots.forEach(message -> {
            if (message.stored) batch.change(journal.ended(message.packetId));
        });
        Set<MessageQueue> queues = new HashSet<>();
        awaited.forEach((name, message) -> {
            if (message.qos == 2) queues.add(name.queue());
        });
        for (MessageQueue queue : queues) queue.endReserved(subscriber);
    }

    void flush() {
        PublishSender to = session.connection();
        if (to != null) to.flush();
    }
}
