package io.signalbox.mqtt;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 messages on their way to a client (§4.3.2, §4.9): at most as many as it takes, each with a packet identifier
 * that it keeps until it is acknowledged, also over a reconnection (MQTT-4.4.0-1). They come from one or more queues, each
 * with its part of the window; each slot knows whose message it holds. An identifier's slot is its lower bits, so finding
 * one costs nothing and needs no map. Confined to the session's loop.
 */
final class OutboundWindow {

    /** No packet identifier is 0 (MQTT-2.2.1-3). */
    static final int FREE = 0;

    private static final int FIRST_SLOTS = 8;

    private final int mostSlots;
    private char[] packetIds = new char[0];
    private @Nullable Delivery[] deliveries = new Delivery[0];
    private @Nullable WindowSource[] owners = new WindowSource[0];
    private int used;
    private int lastPacketId;

    /** Sent on this connection and not acknowledged. */
    private int inFlight;

    private final List<WindowSource> sources = new ArrayList<>(1);

    /** What came while other queues' messages filled the window: at most as many again, and one for each queue. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);

    private @Nullable PublishSender sender;
    private int size;

    private record Waiting(WindowSource from, Delivery delivery) {}

    /** @param most the largest window any connection of this session may have */
    OutboundWindow(int most) {
        this.mostSlots = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, most * 2 - 1)));
    }

    /** A connection is there that takes {@code newSize} unacknowledged messages (MQTT-3.3.4-9). */
    void attach(PublishSender to, int newSize) {
        sender = to;
        size = newSize;
    }

    /** One more queue has a part of the window from now on. */
    void add(WindowSource source) {
        sources.add(source);
        grant();
    }

    void remove(WindowSource source) {
        if (!sources.remove(source)) return;
        waiting.removeIf(message -> message.from == source);
        grant();
    }

    /** The connection is gone. What was in flight goes back to its place in the queue, some with its identifier. */
    void detach() {
        sender = null;
        sources.forEach(WindowSource::close);
        sources.clear();
        waiting.clear();
        inFlight = 0;
        for (int slot = 0; slot < deliveries.length; slot++) {
            Delivery delivery = deliveries[slot];
            WindowSource owner = owners[slot];
            if (delivery == null || owner == null) continue;
            deliveries[slot] = null;
            owners[slot] = null;
            if (!owner.keep(delivery, packetIds[slot])) free(packetIds[slot]);
        }
    }

    /** Lets the queues send what the client takes now; what was acknowledged since makes room for as many. */
    void grant() {
        PublishSender to = sender;
        if (to == null) return;
        sendWaiting(to);
        // A socket that does not keep up gets nothing new; what is on its way still comes.
        int share = to.hasRoom() && !sources.isEmpty() ? (size - 1) / sources.size() + 1 : 0;
        for (int i = 0; i < sources.size(); i++) sources.get(i).grant(share);
    }

    private void sendWaiting(PublishSender to) {
        for (Waiting next = waiting.peek(); next != null && to.hasRoom(); next = waiting.peek()) {
            if (!hasSlotFor(next.from, next.delivery)) return;
            waiting.remove();
            send(to, next.from, next.delivery);
        }
    }

    private boolean hasSlotFor(WindowSource from, Delivery delivery) {
        return inFlight < size && (used < mostSlots || from.isResumed(delivery));
    }

    /** Whether the client's socket keeps up. */
    boolean hasRoom() {
        PublishSender to = sender;
        return to != null && to.hasRoom();
    }

    /** A message for the client, with nothing to acknowledge. */
    void sendAtMostOnce(Message message, DeliveryTerms terms) {
        PublishSender to = sender;
        if (to != null) to.sendAtMostOnce(message, terms);
    }

    /** A message for the client that its queue has handed over. */
    void take(WindowSource from, Delivery delivery) {
        PublishSender to = sender;
        if (to == null) return;
        if (!waiting.isEmpty() || !hasSlotFor(from, delivery)) {
            waiting.add(new Waiting(from, delivery));
        } else {
            send(to, from, delivery);
        }
    }

    private void send(PublishSender to, WindowSource from, Delivery delivery) {
        int resumedId = from.resume(delivery);
        int packetId = resumedId == FREE ? takePacketId() : resumedId;
        int slot = slotOf(packetId);
        deliveries[slot] = delivery;
        owners[slot] = from;
        inFlight++;
        boolean repeated = resumedId != FREE || delivery.isRedelivered(); // MQTT-3.3.1-1
        if (!to.sendAtLeastOnce(delivery.message(), from.terms(), packetId, repeated)) {
            // MQTT-3.1.2-25: as if it had been delivered.
            settle(slot, Outcome.ACCEPTED);
        }
    }

    /**
     * PUBACK: the client owns the message (MQTT-4.3.2-3), or will never have it (MQTT-4.4.0-2).
     *
     * @return false if nothing with this identifier is on its way
     */
    boolean acknowledge(int packetId, ReasonCode reason) {
        int slot = slotOf(packetId);
        if (!isInFlight(packetId) || deliveries[slot] == null) return false;
        settle(slot, reason.isFailure() ? new Outcome.Rejected(reason.name()) : Outcome.ACCEPTED);
        return true;
    }

    boolean isInFlight(int packetId) {
        return packetIds.length > 0 && packetIds[slotOf(packetId)] == packetId;
    }

    private void settle(int slot, Outcome outcome) {
        Delivery delivery = deliveries[slot];
        WindowSource owner = owners[slot];
        inFlight--;
        free(packetIds[slot]);
        if (delivery != null && owner != null) owner.settle(delivery, outcome);
    }

    /** Messages of this queue that the client has not been sent go back to it. */
    void giveBackWaiting(WindowSource source) {
        for (Waiting message : List.copyOf(waiting)) {
            if (message.from != source) continue;
            waiting.remove(message);
            source.settle(message.delivery, Outcome.RELEASED);
        }
    }

    /** Nothing of this queue will be acknowledged any more. */
    void forget(WindowSource source) {
        for (int slot = 0; slot < owners.length; slot++) {
            if (owners[slot] != source) continue;
            inFlight--;
            free(packetIds[slot]);
        }
    }

    /** The identifier may be used again. */
    void free(int packetId) {
        int slot = slotOf(packetId);
        packetIds[slot] = FREE;
        deliveries[slot] = null;
        owners[slot] = null;
        used--;
    }

    /** MQTT-2.2.1-4: not zero, and not in use. */
    private int takePacketId() {
        if (used == packetIds.length) grow();
        do {
            lastPacketId = lastPacketId == 0xFFFF ? 1 : lastPacketId + 1;
        } while (packetIds[slotOf(lastPacketId)] != FREE);
        packetIds[slotOf(lastPacketId)] = (char) lastPacketId;
        used++;
        return lastPacketId;
    }

    private void grow() {
        int slots = Math.max(FIRST_SLOTS, packetIds.length * 2);
        if (slots > mostSlots) throw new IllegalStateException(used + " identifiers in use in a window of " + size);
        char[] oldIds = packetIds;
        Delivery[] oldDeliveries = deliveries;
        WindowSource[] oldOwners = owners;
        packetIds = new char[slots];
        deliveries = new Delivery[slots];
        owners = new WindowSource[slots];
        for (int i = 0; i < oldIds.length; i++) {
            int slot = slotOf(oldIds[i]); // identifiers that differed in fewer bits still differ
            packetIds[slot] = oldIds[i];
            deliveries[slot] = oldDeliveries[i];
            owners[slot] = oldOwners[i];
        }
    }

    private int slotOf(int packetId) {
        return packetId & (packetIds.length - 1);
    }

    void flush() {
        PublishSender to = sender;
        if (to != null) to.flush();
    }
}
