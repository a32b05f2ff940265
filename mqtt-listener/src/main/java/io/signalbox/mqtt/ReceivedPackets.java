package io.signalbox.mqtt;

import java.util.BitSet;

/**
 * The packet identifiers of QoS 2 messages that a client has sent and not released (§4.3.3): what comes with one of them
 * again is the same message. Belongs to the session and changes when the log has been told; what may be answered waits for
 * the force. Bounded, whatever the client does. Confined to the session's loop.
 */
final class ReceivedPackets {

    /** Four times what a client may have unacknowledged by default; each costs a row in the store's table too. */
    static final int MOST = 4096;

    private final BitSet received = new BitSet(0);
    private int size;

    /** Released, and whether that is durable is not known here. */
    private final BitSet releasing = new BitSet(0);

    /** When this is durable, every message received so far is. */
    private long lastLsn;

    boolean holds(int packetId) {
        return received.get(packetId);
    }

    /** Whether a client has to release some of its messages before it sends more. */
    boolean isFull() {
        return size >= MOST;
    }

    /** A message was taken; its PUBREC waits for {@code lsn}, 0 = for nothing. */
    void add(int packetId, long lsn) {
        if (!received.get(packetId)) size++;
        received.set(packetId);
        releasing.clear(packetId);
        lastLsn = Math.max(lastLsn, lsn);
    }

    /** What the PUBREC for a repeated message waits for. */
    long lastLsn() {
        return lastLsn;
    }

    /** PUBREL; false if there is nothing to release. One that is repeated before its answer is as good as the first. */
    boolean release(int packetId) {
        if (!received.get(packetId) && !releasing.get(packetId)) return false;
        if (received.get(packetId)) size--;
        received.clear(packetId);
        releasing.set(packetId);
        return true;
    }

    /** The release is durable, unless the identifier is in use again. */
    void confirmRelease(int packetId) {
        releasing.clear(packetId);
    }

    /** All of which the store may know. */
    BitSet all() {
        BitSet all = (BitSet) received.clone();
        all.or(releasing);
        return all;
    }
}
