package io.signalbox.mqtt;

import io.signalbox.broker.queue.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to a client, from the moment it has a packet identifier until that is free again (§4.3). Confined
 * to the session's loop.
 */
final class Outgoing {

    /** How far it is. */
    enum Step {
        /** It was in flight on an earlier connection, and its queue has yet to hand it over again. */
        AWAITED,
        /** QoS 2: its identifier is on the way to the log, and nothing on the way to the client. */
        KEEPING,
        /** PUBLISH has left. */
        PUBLISHED,
        /** QoS 2: the client has it; that is on the way to the log, and PUBREL waits for it. */
        RECEIVED,
        /** QoS 2: PUBREL has left. */
        RELEASED,
        /** The identifier is free. */
        ENDED
    }

    final int packetId;
    final int qos;
    Step step = Step.AWAITED;

    /** Where it comes from; null once the client has it and its queue is done with it. */
    @Nullable
    WindowSource source;

    /** The queue's hand-over on this connection; null from PUBREL on, and while it is awaited. */
    @Nullable
    Delivery delivery;

    /** Whether the store knows its identifier, or is about to. */
    boolean stored;

    /** Whether a PUBLISH with this identifier may have left on an earlier connection. */
    boolean repeated;

    /** Whether it was handed over on this connection, so that its end makes room for another one of its source. */
    boolean counted;

    Outgoing(int packetId, int qos) {
        this.packetId = packetId;
        this.qos = qos;
    }
}
