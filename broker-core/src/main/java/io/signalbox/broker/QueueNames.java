package io.signalbox.broker;

import io.signalbox.broker.store.StateTable;
import java.util.Map;
import java.util.TreeMap;

/** The names of queues by the ids that the log has of them, for tools that look at a store without a broker. Stateless. */
public final class QueueNames {

    /** The table in which the queues are. */
    public static final String TABLE = "broker.queues";

    private QueueNames() {}

    /** Of all queues in their table. */
    public static Map<Long, String> of(StateTable queues) {
        Map<Long, String> names = new TreeMap<>();
        queues.forEach((key, value) -> {
            CatalogueCodec.StoredQueue queue = CatalogueCodec.queue(value);
            names.put(queue.id(), queue.settings().name());
        });
        return names;
    }
}
