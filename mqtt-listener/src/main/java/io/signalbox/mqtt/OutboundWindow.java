package io.signalbox.mqtt;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.mqtt.codec.ReasonCode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 messages on their way to a client (§4.3.2, §4.9): at most as many as it takes, each with a packet identifier
 * that it keeps until it is acknowledged, also over a reconnection (MQTT-4.4.0-1). An identifier's slot is its lower bits,
 * so finding one costs nothing and needs no map. Confined to the session's loop.
 */
final class OutboundWindow implements DeliveryListener {

    private static final int FIRST_SLOTS = 8;
    private static final int FREE = 0;

    private final int mostSlots;
    private final Runnable onQueueGone;
    private char[] packetIds = new char[0];
    private @Nullable Delivery[] deliveries = new Delivery[0];
    private int used;
    private int lastPacketId;

    /** Identifiers that were in flight when the last connection ended, by the name of their entry. */
    private final Map<Long, Integer> resumed = new HashMap<>(0);

    private @Nullable Subscription subscription;
    private @Nullable PublishSender sender;
    private int size;
    private long received;
    private long settled;
    private long granted;

    /**
     * @param most the largest window any connection of this session may have
     * @param onQueueGone told when the messages' queue was removed by someone else
     */
    OutboundWindow(int most, Runnable onQueueGone) {
        this.onQueueGone = onQueueGone;
        this.mostSlots = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, most * 2 - 1)));
    }

    /** A connection is there that takes {@code newSize} unacknowledged messages (MQTT-3.3.4-9). */
    void attach(PublishSender to, int newSize) {
        sender = to;
        size = newSize;
    }

    /** Messages come from this subscription, whose listener this window is. */
    void begin(Subscription from) {
        subscription = from;
        received = 0;
        settled = 0;
        granted = 0;
        grant();
    }

    /** The connection is gone. What was in flight goes back to its place in the queue and keeps its identifier. */
    void detach() {
        sender = null;
        Subscription ended = subscription;
        if (ended == null) return;
        ended.close();
        subscription = null;
        for (int slot = 0; slot < deliveries.length; slot++) {
            Delivery delivery = deliveries[slot];
            if (delivery == null) continue;
            deliveries[slot] = null;
            if (delivery.lsn() != 0) {
                resumed.put(delivery.lsn(), (int) packetIds[slot]);
            } else {
                free(slot);
            }
        }
    }

    /** Lets the queue send what the client takes now; what was acknowledged since makes room for as many. */
    void grant() {
        Subscription from = subscription;
        PublishSender to = sender;
        if (from == null || to == null) return;
        // A socket that does not keep up gets nothing new; what is on its way still comes.
        long limit = to.hasRoom() ? settled + size : received;
        if (limit == granted) return;
        granted = limit;
        from.grantUpTo(limit);
    }

    @Override
    public void onDelivery(Delivery delivery) {
        PublishSender to = sender;
        if (to == null) return;
        if (delivery.isSettled()) {
            to.sendAtMostOnce(delivery.message());
            return;
        }
        received++;
        Integer resumedId = resumed.remove(delivery.lsn());
        if (resumedId == null && !resumed.isEmpty()) forgetResumed();
        int packetId = resumedId == null ? takePacketId() : resumedId;
        int slot = slotOf(packetId);
        deliveries[slot] = delivery;
        boolean repeated = resumedId != null || delivery.isRedelivered(); // MQTT-3.3.1-1
        if (!to.sendAtLeastOnce(delivery.message(), packetId, repeated)) {
            // MQTT-3.1.2-25: as if it had been delivered.
            settle(slot, Outcome.ACCEPTED);
        }
    }

    /** What was in flight comes back first; what is missing has expired, and its identifiers are free. */
    private void forgetResumed() {
        resumed.values().forEach(packetId -> free(slotOf(packetId)));
        resumed.clear();
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
        Subscription from = subscription;
        free(slot);
        if (delivery == null || from == null) return;
        settled++;
        from.settle(delivery, outcome);
    }

    private void free(int slot) {
        packetIds[slot] = FREE;
        deliveries[slot] = null;
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
        packetIds = new char[slots];
        deliveries = new Delivery[slots];
        for (int i = 0; i < oldIds.length; i++) {
            int slot = slotOf(oldIds[i]); // identifiers that differed in fewer bits still differ
            packetIds[slot] = oldIds[i];
            deliveries[slot] = oldDeliveries[i];
        }
    }

    private int slotOf(int packetId) {
        return packetId & (packetIds.length - 1);
    }

    @Override
    public void onBatchEnd() {
        grant();
        PublishSender to = sender;
        if (to != null) to.flush();
    }

    @Override
    public void onDrained() {}

    @Override
    public void onSettled(long token) {}

    @Override
    public void onQueueDeleted() {
        subscription = null;
        Arrays.fill(deliveries, null);
        Arrays.fill(packetIds, (char) FREE);
        used = 0;
        resumed.clear();
        onQueueGone.run();
    }
}
