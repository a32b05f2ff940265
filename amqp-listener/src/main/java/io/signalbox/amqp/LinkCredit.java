package io.signalbox.amqp;

/**
 * The credit a receiving peer has given one outgoing link (AMQP 1.0 §2.6.7). The peer says "from this delivery-count on, so
 * many more"; both numbers wrap at 2^32, and draining uses credit up without a delivery, while the broker's queue counts its
 * deliveries to this link, absolute and unwrapped. This class translates. Confined to the connection's event loop.
 */
final class LinkCredit {

    /** Deliveries the queue has handed to this link. */
    private long received;

    /** The delivery-count less {@link #received}: what draining added, less what was given back unsent. */
    private long offset;

    /** What the unwrapped delivery-count may reach. */
    private long limit;

    private boolean drain;

    /**
     * Takes a flow of the receiver.
     *
     * <p>AMQP 1.0 §2.6.7: link-credit_snd := delivery-count_rcv + link-credit_rcv - delivery-count_snd
     *
     * @param peerDeliveryCount the delivery-count the receiver has seen
     * @param linkCredit the credit it grants, 0 to 2^32-1
     */
    void onFlow(int peerDeliveryCount, long linkCredit, boolean drainRequested) {
        int behind = SerialNumber.distance(peerDeliveryCount, deliveryCount());
        long count = received + offset;
        limit = Math.max(count, count - behind + linkCredit);
        drain = drainRequested;
    }

    /** Takes a flow sent before the receiver had seen our attach: it counts from our initial-delivery-count, 0. */
    void onFlowBeforeAttach(long linkCredit, boolean drainRequested) {
        onFlow(0, linkCredit, drainRequested);
    }

    /** Whether there is credit for one more delivery; there may be none for one that crossed a flow that took it back. */
    boolean isAvailable() {
        return received + offset < limit;
    }

    /** Counts a delivery that goes to the peer. */
    void sent() {
        received++;
    }

    /** Counts a delivery that the queue gets back unsent. */
    void returned() {
        received++;
        offset--;
    }

    /** AMQP 1.0 §2.6.7: a drained sender advances its delivery-count by all the credit that is left. */
    void drained() {
        offset = Math.max(offset, limit - received); // settled deliveries may have gone beyond it
    }

    boolean isDraining() {
        return drain;
    }

    /** How many deliveries the queue has handed over. */
    long queueDeliveries() {
        return received;
    }

    /** How many deliveries in all the queue may hand over. */
    long queueLimit() {
        return Math.max(received, limit - offset);
    }

    /** The delivery-count for the wire, wrapped at 2^32. */
    int deliveryCount() {
        return (int) (received + offset);
    }

    /** The link-credit for the wire: what is left. */
    int linkCredit() {
        return (int) Math.min(Math.max(0, limit - received - offset), 0xffff_ffffL);
    }
}
