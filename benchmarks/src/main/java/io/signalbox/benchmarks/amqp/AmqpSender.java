package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.Source;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The link on which a connection sends, and the deliveries that are not settled yet. Confined to the event loop. */
final class AmqpSender implements Source {

    private enum Role {
        SOURCE,
        RELAY
    }

    static final int HANDLE = 0;

    /** More than any window: identifiers of open deliveries do not meet in the set. */
    private static final int MOST_OPEN = 1 << 16;

    private final AmqpPeer peer;
    private final String name;
    private final String address;
    private final DeliveryKind kind;
    private final Role role;
    private final int number;
    private final TransferTemplate template;
    private final CompletableFuture<Void> attached = new CompletableFuture<>();
    private final BitSet open = new BitSet(MOST_OPEN);
    private int openCount;
    private int nextDeliveryId;
    private int windowEnd;
    private int creditEnd;
    private int peersHandle = -1;
    private int confirmed;

    private AmqpSender(
            AmqpPeer peer, String address, DeliveryKind kind, Optional<String> replyTo, int bodyBytes, Role role) {
        this.peer = peer;
        this.name = "to " + address;
        this.address = address;
        this.kind = kind;
        this.template = TransferTemplate.of(HANDLE, kind, replyTo, bodyBytes);
        this.role = role;
        this.number = role == Role.SOURCE ? peer.flow().add(this) : 0;
    }

    /** A source of the connection's flow. */
    static AmqpSender source(
            AmqpPeer peer, String address, DeliveryKind kind, Optional<String> replyTo, int bodyBytes) {
        return new AmqpSender(peer, address, kind, replyTo, bodyBytes, Role.SOURCE);
    }

    /** Sends on what came from the flow's only source. */
    static AmqpSender relay(AmqpPeer peer, String address, DeliveryKind kind, int bodyBytes) {
        return new AmqpSender(peer, address, kind, Optional.empty(), bodyBytes, Role.RELAY);
    }

    String name() {
        return name;
    }

    CompletableFuture<Void> attached() {
        return attached;
    }

    int largestFrameBytes() {
        return template.bytes();
    }

    void begin(int incomingWindow) {
        windowEnd = incomingWindow;
        // §2.7.3: name, handle, role, snd-settle-mode, rcv-settle-mode, source, target, unsettled,
        // incomplete-unsettled,
        // initial-delivery-count
        new AmqpWriter(peer.buffer(1024))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.ATTACH)
                .string(name)
                .uint(HANDLE)
                .bool(false)
                .ubyte(kind == DeliveryKind.SETTLED ? 1 : 0)
                .ubyte(0)
                .list(AmqpCode.SOURCE)
                .endList()
                .list(AmqpCode.TARGET)
                .string(address)
                .uint(0)
                .symbol("session-end")
                .uint(0)
                .bool(false)
                .nothing()
                .symbol(address.startsWith("topic://") ? "topic" : "queue")
                .endList()
                .nothing()
                .nothing()
                .uint(0)
                .endList()
                .endFrame();
    }

    void onAttached(int handle) {
        peersHandle = handle;
    }

    boolean isPeersHandle(int handle) {
        return handle == peersHandle;
    }

    void onWindow(int nextIncomingId, int incomingWindow) {
        windowEnd = nextIncomingId + incomingWindow; // §2.5.6
    }

    void onCredit(int deliveryCount, int credit) {
        creditEnd = deliveryCount + credit; // §2.6.7
        if (credit != 0) attached.complete(null);
        if (role == Role.SOURCE) peer.flow().roomier(number);
    }

    @Override
    public void send(long sequence, long intendedNanos) {
        int deliveryId = nextDeliveryId++;
        if (kind != DeliveryKind.SETTLED) {
            open.set(deliveryId & MOST_OPEN - 1);
            openCount++;
        }
        template.write(peer.buffer(template.bytes()), deliveryId, number, sequence, intendedNanos);
    }

    @Override
    public void flush() {
        peer.flush();
    }

    int nextDeliveryId() {
        return nextDeliveryId;
    }

    void writeFlow() {
        new AmqpWriter(peer.buffer(128))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.FLOW)
                .uint(0)
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(nextDeliveryId)
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(HANDLE)
                .uint(nextDeliveryId)
                .uint(creditEnd - nextDeliveryId)
                .endList()
                .endFrame();
    }

    // serial numbers: the differences of ints are right across the wrap (§2.8.10)
    @Override
    public int room() {
        int byCredit = creditEnd - nextDeliveryId;
        int byWindow = windowEnd - nextDeliveryId;
        return Math.max(
                0, Math.min(Math.min(byCredit, byWindow < 0 ? Integer.MAX_VALUE : byWindow), MOST_OPEN - openCount));
    }

    @Override
    public int unconfirmed() {
        return openCount;
    }

    /** After the role: first, last, settled, state. */
    void onDisposition(AmqpReader reader) {
        int first = reader.number(0);
        int last = reader.number(first);
        boolean isSettled = reader.bool();
        int outcome = reader.describedField();
        if (outcome != AmqpCode.ACCEPTED) {
            peer.refuse("the broker answers a delivery with outcome 0x" + Integer.toHexString(outcome));
            return;
        }
        for (int id = first; id - last <= 0; id++) {
            int at = id & MOST_OPEN - 1;
            if (!open.get(at) || id - nextDeliveryId >= 0) {
                peer.refuse("the broker settles delivery " + id + ", which is not open");
                return;
            }
            open.clear(at);
            openCount--;
            confirmed++;
        }
        if (!isSettled) settle(first, last);
    }

    private void settle(int first, int last) {
        new AmqpWriter(peer.buffer(64))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.DISPOSITION)
                .bool(false)
                .uint(first)
                .uint(last)
                .bool(true)
                .list(AmqpCode.ACCEPTED)
                .endList()
                .endList()
                .endFrame();
    }

    void onEndOfRead() {
        if (confirmed > 0 && role == Role.SOURCE) peer.flow().confirmed(number, confirmed);
        confirmed = 0;
    }
}
