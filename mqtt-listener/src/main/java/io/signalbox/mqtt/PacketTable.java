package io.signalbox.mqtt;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
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

    /** To the client: its PUBLISH may have left, or it is known that the client has it. */
    private static final String SENT = "s";

    private static final byte PUBLISHED = 1;
    private static final byte RELEASED = 2;

    private final StateTable table;
    private final String prefix;

    /** What is stored of one client. */
    static final class Stored {

        /** See {@link ReceivedPackets}. */
        final BitSet received = new BitSet(0);

        final List<Published> published = new ArrayList<>(0);
        final List<Released> released = new ArrayList<>(0);
    }

    /** The identifier stands for an entry of a queue, and the client may have seen it. */
    record Published(int packetId, long queueId, long lsn) {}

    /**
     * The client has the message, and its entry is settled.
     *
     * @param order of the PUBRECs of one client
     */
    record Released(int packetId, long order) {}

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

    TableChange putPublished(String clientId, int packetId, long queueId, long lsn) {
        byte[] value = ByteBuffer.allocate(2 + 2 * Long.BYTES)
                .put(LAYOUT)
                .put(PUBLISHED)
                .putLong(queueId)
                .putLong(lsn)
                .array();
        return TableChange.put(table, key(clientId, SENT, packetId), value);
    }

    TableChange putReleased(String clientId, int packetId, long order) {
        byte[] value = ByteBuffer.allocate(2 + Long.BYTES)
                .put(LAYOUT)
                .put(RELEASED)
                .putLong(order)
                .array();
        return TableChange.put(table, key(clientId, SENT, packetId), value);
    }

    TableChange removeSent(String clientId, int packetId) {
        return TableChange.remove(table, key(clientId, SENT, packetId));
    }

    /** What an earlier life left, by client identifier. */
    Map<String, Stored> read() {
        Map<String, Stored> read = new HashMap<>();
        table.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            Stored of = read.computeIfAbsent(names[1], client -> new Stored());
            read(of, names[2], Integer.parseInt(names[3]), ByteBuffer.wrap(value));
        });
        return read;
    }

    private static void read(Stored into, String direction, int packetId, ByteBuffer value) {
        byte layout = value.get();
        if (layout != LAYOUT) throw new IllegalStateException("a packet identifier is stored in layout " + layout);
        if (direction.equals(RECEIVED)) {
            into.received.set(packetId);
        } else if (value.get() == PUBLISHED) {
            into.published.add(new Published(packetId, value.getLong(), value.getLong()));
        } else {
            into.released.add(new Released(packetId, value.getLong()));
        }
    }

    /** Takes all of this out. */
    void remove(WriteBatch batch, String clientId, Stored stored) {
        stored.received.stream().forEach(packetId -> batch.change(removeReceived(clientId, packetId)));
        for (Published published : stored.published) batch.change(removeSent(clientId, published.packetId()));
        for (Released released : stored.released) batch.change(removeSent(clientId, released.packetId()));
    }

    private byte[] key(String clientId, String direction, int packetId) {
        String key = prefix + clientId + SEPARATOR + direction + SEPARATOR + packetId;
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
