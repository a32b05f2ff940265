package io.signalbox.server.node;

import java.util.List;

/** What a node is put together from: where its messages are kept and the protocols it speaks. Immutable. */
public record NodeParts(StoreFactory store, Protocol amqp, Protocol mqtt) {

    List<Protocol> protocols() {
        return List.of(amqp, mqtt);
    }
}
