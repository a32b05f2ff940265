package io.signalbox.amqp;

/**
 * The credit this broker gives one sending peer (AMQP 1.0 §2.6.7): bounded in messages and, by the size that the link's
 * messages have had so far, in bytes. What has been received and not answered counts against it, so a slow disk slows the
 * sender and nobody else. Confined to the connection's event loop.
 */
final class CreditGrant {

    /** Messages under way on one link: on the wire, or waiting for their answer. */
    static final int MAX_MESSAGES = 1000;

    /** Bytes under way on one link. */
    static final long MAX_BYTES = 8 << 20;

    /** What a message is taken to cost beyond its bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 128;

    private int deliveryCount;
    private int credit;
    private int unanswered;
    private long unansweredBytes;
    private long averageBytes = MESSAGE_OVERHEAD_BYTES;

    CreditGrant(int initialDeliveryCount) {
        this.deliveryCount = initialDeliveryCount;
    }

    /** Counts a delivery that begins; false if the peer had no credit for it. */
    boolean received() {
        if (credit == 0) return false;
        credit--;
        deliveryCount++;
        return true;
    }

    /** Counts a delivery that is complete and waits for its answer. */
    void awaitsAnswer(int bytes) {
        unanswered++;
        unansweredBytes += bytes;
        averageBytes += (bytes + MESSAGE_OVERHEAD_BYTES - averageBytes) / 8;
    }

    void answered(int bytes) {
        unanswered--;
        unansweredBytes -= bytes;
    }

    /** The credit the peer may have at this moment. */
    private int affordable() {
        long byBytes = (MAX_BYTES - unansweredBytes) / Math.max(1, averageBytes);
        int byCount = MAX_MESSAGES - unanswered;
        long most = Math.min(byCount, byBytes);
        // one message always may be under way, or a link of large ones would stand still
        return (int) Math.max(unanswered == 0 ? 1 : 0, most);
    }

    /** Whether the peer has used up so much that a flow frame is worth its cost. Never takes credit back. */
    boolean wantsToGrant() {
        int affordable = affordable();
        return affordable > credit && credit <= affordable / 2;
    }

    /** Gives the peer all it may have; a flow frame with {@link #credit} must follow. */
    void grant() {
        credit = Math.max(credit, affordable());
    }

    int deliveryCount() {
        return deliveryCount;
    }

    int credit() {
        return credit;
    }
}
