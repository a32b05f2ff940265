package io.signalbox.mqtt;

import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.store.WriteBatch.TableChange;

/**
 * How the packet identifiers towards one client are made durable on one loop. Of a session that ends with its connection,
 * and of messages that end with the process, nothing is stored. Confined to that loop.
 */
record PacketJournal(SessionJournal journal, PacketTable table, String clientId, boolean stored) {

    /** Whether an entry of a queue outlives the process, and the session too. */
    boolean stores(MessageQueue queue, long lsn) {
        return stored && lsn != 0 && queue.settings().durable();
    }

    TableChange published(int packetId, long queueId, long lsn) {
        return table.putPublished(clientId, packetId, queueId, lsn);
    }

    TableChange released(int packetId, long order) {
        return table.putReleased(clientId, packetId, order);
    }

    TableChange ended(int packetId) {
        return table.removeSent(clientId, packetId);
    }
}
