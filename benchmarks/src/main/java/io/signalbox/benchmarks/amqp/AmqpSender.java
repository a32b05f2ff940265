package io.signalbox.benchmarks.amqp;

import io.signalbox.benchmarks.load.Source;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The links on which a connection sends, one message on each in turn, and the deliveries that are not settled yet. Confined to the
 * event loop.
 */
final class AmqpSender implements Source {

    private enum Role {
        SOURCE,
        RELAY
    }

    /** Of several links, the credit of so many messages is looked at. */
    private static final int FORESEEN = 128;

    /** More than any window: identifiers of open deliveries do not meet in the set. */
    private static final int MOST_OPEN = 1 << 16;

    private final AmqpPeer peer;
    private final DeliveryKind kind;
    private final Role role;
    private final int number;
    private final List<Link> links;
    private final CompletableFuture<Void> attached = new CompletableFuture<>();
    private final BitSet open = new BitSet(MOST_OPEN);
    private int openCount;
    private int nextDeliveryId;
    private int windowEnd;
    private int nextLink;
    private int linksWithCredit;
    private int confirmed;

    /** To one address. */
    private static final class Link {
        final String address;
        final int handle;
        final TransferTemplate template;
        int peersHandle = -1;
        int sent;
        int creditEnd;
        boolean hadCredit;

        Link(String address, int handle, TransferTemplate template) {
            this.address = address;
            this.handle = handle;
            this.template = template;
        }

        String name() {
            return "to " + address;
        }

        int credit() {
            return creditEnd - sent;
        }
    }

    private AmqpSender(AmqpPeer peer, List<String> addresses, Content content, Role role) {
        this.peer = peer;
        this.kind = content.kind();
        this.role = role;
        this.number = role == Role.SOURCE ? peer.flow().add(this) : 0;
        List<Link> made = new ArrayList<>();
        for (String address : addresses) {
            int handle = peer.takeHandle();
            made.add(new Link(
                    address, handle, TransferTemplate.of(handle, kind, content.replyTo(), content.bodyBytes())));
        }
        this.links = List.copyOf(made);
    }

    /** What is in each message. */
    private record Content(DeliveryKind kind, Optional<String> replyTo, int bodyBytes) {}

    /** A source of the connection's flow. */
    static AmqpSender source(
            AmqpPeer peer, String address, DeliveryKind kind, Optional<String> replyTo, int bodyBytes) {
        return new AmqpSender(peer, List.of(address), new Content(kind, replyTo, bodyBytes), Role.SOURCE);
    }

    /** A source of the connection's flow that sends to several addresses in turn. */
    static AmqpSender source(AmqpPeer peer, List<String> addresses, DeliveryKind kind, int bodyBytes) {
        return new AmqpSender(peer, addresses, new Content(kind, Optional.empty(), bodyBytes), Role.SOURCE);
    }

    /** Sends on what came from the flow's only source. */
    static AmqpSender relay(AmqpPeer peer, String address, DeliveryKind kind, int bodyBytes) {
        return new AmqpSender(peer, List.of(address), new Content(kind, Optional.empty(), bodyBytes), Role.RELAY);
    }

    /** Completed when the broker has given credit to each link. */
    CompletableFuture<Void> attached() {
        return attached;
    }

    int largestFrameBytes() {
        return links.get(0).template.bytes();
    }

    void begin(int incomingWindow) {
        windowEnd = incomingWindow;
        links.forEach(this::writeAttach);
    }

    private void writeAttach(Link link) {
        // §2.7.3: name, handle, role, snd-settle-mode, rcv-settle-mode, source, target, unsettled,
        // incomplete-unsettled,
        // initial-delivery-count
        new AmqpWriter(peer.buffer(1024))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.ATTACH)
                .string(link.name())
                .uint(link.handle)
                .bool(false)
                .ubyte(kind == DeliveryKind.SETTLED ? 1 : 0)
                .ubyte(0)
                .list(AmqpCode.SOURCE)
                .endList()
                .list(AmqpCode.TARGET)
                .string(link.address)
                .uint(0)
                .symbol("session-end")
                .uint(0)
                .bool(false)
                .nothing()
                .symbol(link.address.startsWith("topic://") ? "topic" : "queue")
                .endList()
                .nothing()
                .nothing()
                .uint(0)
                .endList()
                .endFrame();
    }

    /** The broker's end of a link; nothing if the name is of none. */
    void onAttached(String name, int handle) {
        for (Link link : links) if (link.name().equals(name)) link.peersHandle = handle;
    }

    void onWindow(int nextIncomingId, int incomingWindow) {
        windowEnd = nextIncomingId + incomingWindow; // §2.5.6
    }

    /** Nothing if the broker's handle is of none of the links. */
    void onCredit(int handle, int deliveryCount, int credit) {
        Link link = byPeersHandle(handle);
        if (link == null) return;
        link.creditEnd = deliveryCount + credit; // §2.6.7
        if (credit != 0 && !link.hadCredit) {
            link.hadCredit = true;
            if (++linksWithCredit == links.size()) attached.complete(null);
        }
        if (role == Role.SOURCE) peer.flow().roomier(number);
    }

    private @Nullable Link byPeersHandle(int handle) {
        // Brokers give the handle that they got or the next one: it is where it is expected, or nearly.
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(((handle + i) & Integer.MAX_VALUE) % links.size());
            if (link.peersHandle == handle) return link;
        }
        return null;
    }

    @Override
    public void send(long sequence, long intendedNanos) {
        int deliveryId = nextDeliveryId++;
        if (kind != DeliveryKind.SETTLED) {
            open.set(deliveryId & MOST_OPEN - 1);
            openCount++;
        }
        Link link = links.get(nextLink);
        nextLink = nextLink + 1 == links.size() ? 0 : nextLink + 1;
        link.sent++;
        TransferTemplate template = link.template;
        template.write(peer.buffer(template.bytes()), deliveryId, number, sequence, intendedNanos);
    }

    @Override
    public void flush() {
        peer.flush();
    }

    int nextDeliveryId() {
        return nextDeliveryId;
    }

    /** Of the link that the broker's handle names, or else of the first. */
    void writeFlow(int handle) {
        Link named = byPeersHandle(handle);
        Link link = named == null ? links.get(0) : named;
        new AmqpWriter(peer.buffer(128))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.FLOW)
                .uint(0)
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(nextDeliveryId)
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(link.handle)
                .uint(link.sent)
                .uint(link.credit())
                .endList()
                .endFrame();
    }

    // serial numbers: the differences of ints are right across the wrap (§2.8.10)
    @Override
    public int room() {
        int byWindow = windowEnd - nextDeliveryId;
        return Math.max(
                0, Math.min(Math.min(byCredit(), byWindow < 0 ? Integer.MAX_VALUE : byWindow), MOST_OPEN - openCount));
    }

    /** How many more there is credit for, in the order of the links. */
    private int byCredit() {
        int count = links.size();
        if (count == 1) return links.get(0).credit();
        int room = 0;
        while (room < FORESEEN && links.get((nextLink + room) % count).credit() > room / count) room++;
        return room;
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
