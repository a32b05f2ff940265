package io.signalbox.mqtt;

import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * How far sessions have been given the retained messages of their new subscriptions: a row from the SUBSCRIBE until the last
 * one is in the session's queue, keyed by virtual host, client identifier and filter with a NUL between. Messages that wait
 * to be sent are session state (MQTT 5.0 §4.1); this is that state without a copy of each. Thread-safe.
 */
final class ReplayTable {

    private static final String SEPARATOR = "\0";
    private static final byte LAYOUT = 1;

    private final StateTable table;
    private final String prefix;

    ReplayTable(MessageStore store, String virtualHost) {
        this.table = store.table("mqtt.replays");
        this.prefix = virtualHost + SEPARATOR;
    }

    /** @param reached the last topic whose message is in the queue, empty if there is none yet */
    TableChange put(String clientId, String filter, String reached) {
        byte[] topic = reached.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[1 + topic.length];
        value[0] = LAYOUT;
        System.arraycopy(topic, 0, value, 1, topic.length);
        return TableChange.put(table, key(clientId, filter), value);
    }

    void remove(WriteBatch batch, String clientId, String filter) {
        batch.remove(table, key(clientId, filter));
    }

    /** What an earlier life left: by client identifier, the filters and how far each was. */
    Map<String, Map<String, String>> read() {
        Map<String, Map<String, String>> read = new HashMap<>();
        table.forEach((key, value) -> {
            String[] names = new String(key, StandardCharsets.UTF_8).split(SEPARATOR, -1);
            if (!(names[0] + SEPARATOR).equals(prefix)) return;
            if (value[0] != LAYOUT) throw new IllegalStateException("a replay is stored in layout " + value[0]);
            read.computeIfAbsent(names[1], client -> new HashMap<>())
                    .put(names[2], new String(value, 1, value.length - 1, StandardCharsets.UTF_8));
        });
        return read;
    }

    private byte[] key(String clientId, String filter) {
        return (prefix + clientId + SEPARATOR + filter).getBytes(StandardCharsets.UTF_8);
    }
}
