package io.signalbox.mqtt;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * How the packet identifiers of QoS 2 are kept in the store (§4.1): a pair for each, keyed by virtual host, client
 * identifier, direction and number with a NUL between. Thread-safe.
 */
final class PacketTable {

    private static final byte LAYOUT = 1;
    private static final String SEPARATOR = "\0";

    /** From the client: its message was taken, and not released. */
    private static final String RECEIVED = "r";

    private final StateTable table;
    private final String prefix;

    /** What is stored of one client. */
    static final class Stored {

        /** See {@link ReceivedPackets}. */
        final BitSet received = new BitSet(0);
    }

    PacketTable(MessageStore store, String virtualHost) {
        this.table = store.table("mqtt.packets");
        this.prefix = virtualHost + SEPARATOR;
    }

    TableChange putReceived(String clientId, int packetId) {
        return TableChange.put(table, key(clientId, RECEIVED, packetId), new byte[] {LAYOUT});
    }

    TableChange removeReceived(String clientId, int packetId) {
        return TableChange.remove(table, key(clientId, RECEIVED, packetId));
    }

    /** What an earlier life left, by client identifier. */
    Map<String, Stored> read() {
        Map<String, Stored> read = new HashMap<>();
        table.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            Stored of = read.computeIfAbsent(names[1], client -> new Stored());
            if (value[0] != LAYOUT) throw new IllegalStateException("a packet is stored in layout " + value[0]);
            if (names[2].equals(RECEIVED)) of.received.set(Integer.parseInt(names[3]));
        });
        return read;
    }

    private byte[] key(String clientId, String direction, int packetId) {
        String key = prefix + clientId + SEPARATOR + direction + SEPARATOR + packetId;
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
