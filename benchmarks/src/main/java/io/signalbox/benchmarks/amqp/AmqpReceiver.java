package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A link on which a connection receives: what comes is accepted, and its credit is renewed at half. Confined to the event loop.
 */
final class AmqpReceiver {

    /** Takes the message whose body begins at this index. */
    interface Taker {
        void take(ByteBuf in, int bodyAt);

        /** After the last message of a read, when the answers are written. */
        void endOfRead();
    }

    /** What JMS clients ask for by default. */
    private static final int CREDIT = 1000;

    private final AmqpPeer peer;
    private final int handle;
    private final String name;
    private final Optional<String> address;
    private final DeliveryKind kind;
    private final Taker taker;
    private final int credit;
    private final CompletableFuture<String> attached = new CompletableFuture<>();
    private int received;
    private int creditEnd;
    private boolean isTouched;

    /**
     * @param address empty for a node that the broker makes for this link (§3.5.10)
     */
    AmqpReceiver(AmqpPeer peer, Optional<String> address, DeliveryKind kind, Taker taker) {
        this(peer, address, kind, taker, CREDIT);
    }

    /** @param credit what it renews at half; with 0 it takes what it is told to */
    AmqpReceiver(AmqpPeer peer, Optional<String> address, DeliveryKind kind, Taker taker, int credit) {
        this.peer = peer;
        this.handle = peer.takeHandle();
        this.name = "from " + address.orElse("dynamic");
        this.address = address;
        this.kind = kind;
        this.taker = taker;
        this.credit = credit;
    }

    String name() {
        return name;
    }

    /** Completed with the source's address. */
    CompletableFuture<String> attached() {
        return attached;
    }

    void begin() {
        AmqpWriter frame = new AmqpWriter(peer.buffer(1024))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.ATTACH)
                .string(name)
                .uint(handle)
                .bool(true)
                .ubyte(kind == DeliveryKind.SETTLED ? 1 : 0)
                .ubyte(0)
                .list(AmqpCode.SOURCE);
        if (address.isPresent()) frame.string(address.get());
        else frame.nothing();
        // §3.5.3: durable, expiry-policy, timeout, dynamic, dynamic-node-properties, distribution-mode, filter,
        // default-outcome, outcomes, capabilities
        frame.uint(0)
                .symbol("session-end")
                .uint(0)
                .bool(address.isEmpty())
                .nothing()
                .nothing()
                .nothing()
                .nothing()
                .nothing()
                .symbol(address.isEmpty() ? "temporary-queue" : "queue")
                .endList()
                .list(AmqpCode.TARGET)
                .endList()
                .endList()
                .endFrame();
        writeFlow();
    }

    void onAttached(String sourceAddress) {
        attached.complete(sourceAddress);
    }

    void writeFlow() {
        if (credit > 0) creditEnd = received + credit;
        new AmqpWriter(peer.buffer(128))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.FLOW)
                .uint(peer.nextIncomingId())
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(peer.nextOutgoingId())
                .uint(AmqpPeer.INCOMING_WINDOW)
                .uint(handle)
                .uint(received)
                .uint(creditEnd - received)
                .endList()
                .endFrame();
    }

    /** Takes so many more, where it renews nothing by itself. */
    void take(int more) {
        creditEnd += more;
        writeFlow();
    }

    /** After the handle: delivery-id, delivery-tag, message-format, settled, more. */
    void onTransfer(AmqpReader reader, ByteBuf in, int end) {
        int deliveryId = reader.number(0);
        reader.skipFields(2);
        boolean isSettled = reader.bool();
        if (reader.bool()) {
            peer.refuse("the broker cuts a message into several transfers, which a load does not put together");
            return;
        }
        received++;
        if (!isSettled) peer.accept(deliveryId);
        if (!isTouched) peer.touched(this);
        isTouched = true;
        reader.skipRest();
        reader.over(in);
        while (in.readerIndex() < end) {
            if (reader.descriptor() == AmqpCode.DATA) {
                reader.binary();
                taker.take(in, in.readerIndex());
                return;
            }
            reader.skip();
        }
        peer.refuse("a message came without its data section");
    }

    /** After a read in which something came. */
    void onEndOfRead() {
        isTouched = false;
        if (credit > 0 && creditEnd - received <= credit / 2) writeFlow();
        taker.endOfRead();
    }
}
