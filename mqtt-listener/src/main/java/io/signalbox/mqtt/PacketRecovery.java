package io.signalbox.mqtt;

import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.store.WriteBatch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives the sessions of an earlier life the packet identifiers of QoS 2 that it left, and keeps what their clients may have
 * seen for them. Used by the thread that starts the listener, before anyone can connect.
 */
final class PacketRecovery {

    private final PacketTable table;
    private final Map<String, PacketTable.Stored> byClient;
    private final Map<Long, MessageQueue> queues = new HashMap<>();

    PacketRecovery(ListenerContext context) {
        table = context.tables().packets();
        byClient = table.read();
        if (byClient.isEmpty()) return;
        for (MessageQueue queue : context.host().queues()) queues.put(queue.id(), queue);
    }

    /** @param gone takes the removal of identifiers whose message has ended */
    void restore(MqttSession session, WriteBatch gone) {
        PacketTable.Stored stored = byClient.remove(session.clientId());
        if (stored == null) return;
        Map<MessageQueue, Set<Long>> entries = new HashMap<>();
        for (PacketTable.Published published : stored.published) {
            MessageQueue queue = queues.get(published.queueId());
            if (queue != null)
                entries.computeIfAbsent(queue, q -> new HashSet<>()).add(published.lsn());
        }
        // MQTT-4.8.2-4, -5: a crash does not give it to anybody else
        entries.replaceAll((queue, lsns) -> queue.recovery().reserve(lsns, session.subscriberName()));
        for (PacketTable.Published published : stored.published) {
            MessageQueue queue = queues.get(published.queueId());
            if (queue != null && entries.getOrDefault(queue, Set.of()).contains(published.lsn())) {
                session.restorePublished(queue, published);
            } else {
                gone.change(table.removeSent(session.clientId(), published.packetId()));
            }
        }
        session.restorePackets(stored);
    }

    /** What no session has: the process ended between the two. */
    void removeOrphans(WriteBatch batch) {
        byClient.forEach((clientId, stored) -> table.remove(batch, clientId, stored));
    }
}
