package io.signalbox.benchmarks.amqp;

/**
 * Deliveries of a session that are accepted when a read is dealt with, in as few dispositions as ranges allow (§2.7.6). Confined to
 * the event loop.
 */
final class Acceptances {

    private final AmqpPeer peer;
    private int first;
    private int last;
    private boolean isEmpty = true;

    Acceptances(AmqpPeer peer) {
        this.peer = peer;
    }

    void add(int deliveryId) {
        if (!isEmpty && deliveryId != last + 1) write();
        if (isEmpty) first = deliveryId;
        last = deliveryId;
        isEmpty = false;
    }

    void write() {
        if (isEmpty) return;
        isEmpty = true;
        new AmqpWriter(peer.buffer(64))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.DISPOSITION)
                .bool(true)
                .uint(first)
                .uint(last)
                .bool(true)
                .list(AmqpCode.ACCEPTED)
                .endList()
                .endList()
                .endFrame();
    }
}
