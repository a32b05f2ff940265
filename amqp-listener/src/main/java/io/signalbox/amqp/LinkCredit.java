package io.signalbox.amqp;

/**
 * The credit a receiving peer has given one outgoing link (AMQP 1.0 §2.6.7). The peer says "from this delivery-count on, so
 * many more"; both numbers wrap at 2^32, while the broker's queues count deliveries in an absolute, unwrapped number. This
 * class translates. Confined to the connection's event loop.
 */
final class LinkCredit {

    private long deliveries;
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
        limit = Math.max(deliveries, deliveries - behind + linkCredit);
        drain = drainRequested;
    }

    /** Takes a flow sent before the receiver had seen our attach: it counts from our initial-delivery-count, 0. */
    void onFlowBeforeAttach(long linkCredit, boolean drainRequested) {
        onFlow(0, linkCredit, drainRequested);
    }

    /** Counts a delivery that is on its way to the peer. */
    void sent() {
        deliveries++;
    }

    /** AMQP 1.0 §2.6.7: a drained sender advances its delivery-count by all the credit that is left. */
    void drained() {
        deliveries = limit;
    }

    /** Deliveries and drained credit since the link was attached, as this broker counts them: unwrapped. */
    long deliveries() {
        return deliveries;
    }

    /** What {@link #deliveries} may reach. */
    long limit() {
        return limit;
    }

    boolean isDraining() {
        return drain;
    }

    /** The delivery-count for the wire, wrapped at 2^32. */
    int deliveryCount() {
        return (int) deliveries;
    }

    /** The link-credit for the wire: what is left. */
    int linkCredit() {
        return (int) Math.min(limit - deliveries, 0xffff_ffffL);
    }
}
