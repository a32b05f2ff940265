package io.signalbox.amqp;

/**
 * The four counters of session flow control (AMQP 1.0 §2.5.6): how many transfer frames each side may still send. Confined
 * to the connection's event loop.
 */
final class SessionWindow {

    /** The window this broker keeps open for incoming transfers, in frames. */
    private final int incomingWindowMax;

    private int nextIncomingId;
    private int incomingWindow;
    private int nextOutgoingId;
    private int remoteIncomingWindow;

    /**
     * @param incomingWindowMax transfer frames the peer may have under way at once
     * @param peerNextOutgoingId the peer's {@code begin.next-outgoing-id}
     * @param peerIncomingWindow the peer's {@code begin.incoming-window}
     */
    SessionWindow(int incomingWindowMax, int peerNextOutgoingId, int peerIncomingWindow) {
        this.incomingWindowMax = incomingWindowMax;
        this.incomingWindow = incomingWindowMax;
        this.nextIncomingId = peerNextOutgoingId;
        this.remoteIncomingWindow = peerIncomingWindow;
    }

    /** Counts an incoming transfer frame; false if the peer had no room for it (session:window-violation). */
    boolean receivedTransfer() {
        if (incomingWindow == 0) return false;
        incomingWindow--;
        nextIncomingId++;
        return true;
    }

    /** Whether so much of the incoming window is used up that the peer should hear of a new one. */
    boolean wantsToReopen() {
        return incomingWindow <= incomingWindowMax / 2;
    }

    /** Opens the incoming window again; a flow frame that says so must follow. */
    void reopen() {
        incomingWindow = incomingWindowMax;
    }

    boolean maySend() {
        return remoteIncomingWindow != 0;
    }

    /** Counts an outgoing transfer frame, for which {@link #maySend} held. */
    void sentTransfer() {
        nextOutgoingId++;
        remoteIncomingWindow--;
    }

    /**
     * Takes the peer's session state from a flow frame.
     *
     * <p>AMQP 1.0 §2.5.6: remote-incoming-window := next-incoming-id(flow) + incoming-window(flow) - next-outgoing-id
     */
    void onFlow(int peerNextIncomingId, int peerIncomingWindow, int peerNextOutgoingId) {
        nextIncomingId = peerNextOutgoingId;
        long window = peerIncomingWindow & 0xffff_ffffL;
        long room = window + SerialNumber.distance(nextOutgoingId, peerNextIncomingId);
        remoteIncomingWindow = (int) Math.max(0, Math.min(room, 0xffff_ffffL));
    }

    /** Takes a flow sent before the peer had seen our begin: it counts from our initial next-outgoing-id, 0. */
    void onFlowBeforeBegin(int peerIncomingWindow, int peerNextOutgoingId) {
        onFlow(0, peerIncomingWindow, peerNextOutgoingId);
    }

    int nextIncomingId() {
        return nextIncomingId;
    }

    int incomingWindow() {
        return incomingWindow;
    }

    int nextOutgoingId() {
        return nextOutgoingId;
    }

    /** Frames this broker announces that it may send; it keeps none back, so it is always the largest (§2.5.6). */
    int outgoingWindow() {
        return Integer.MAX_VALUE;
    }
}
