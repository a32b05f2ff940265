package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.LargeArrival;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into packets (§2.1). However the bytes arrive, each is copied a bounded number of times; a packet's
 * length is held against the maximum before anything is kept for it, and memory grows with what has arrived, never with
 * what was announced. Confined to the connection's event loop.
 */
public final class PacketReader {

    /** Where packets go. */
    public interface Sink {

        /** Whether the next packet may be read now; what has arrived stays, in order, until {@link #readPackets}. */
        boolean isReady();

        void onPacket(Packet packet);

        /** The payload of a large PUBLISH comes; asked once {@link #handOn} was called. */
        default LargeArrival onLarge() {
            throw new IllegalStateException("nobody takes large payloads");
        }
    }

    /** A PUBLISH beyond is not gathered: what it begins with is, and its payload goes on as it comes. */
    public static final int MOST_GATHERED_BYTES = 256 << 10;

    /** Any other packet is gathered or refused, and so is a PUBLISH to be retained: what is retained is in memory. */
    public static final int MOST_WHOLE_BYTES = 2 << 20;

    private static final int PUBLISH = 3;
    private static final int SMALLEST_BUFFER = 64;

    private PacketDecoder decoder;
    private int maximumPacketSize;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private boolean pendingIsOurs;
    private boolean handsOn;
    private @Nullable Large large;

    /** A PUBLISH whose payload comes. */
    private static final class Large {
        final Packet.Publish publish;
        final LargeArrival arrival;
        int bytesToCome;

        Large(Packet.Publish publish, LargeArrival arrival, int bytesToCome) {
            this.publish = publish;
            this.arrival = arrival;
            this.bytesToCome = bytesToCome;
        }
    }

    /** @param maximumPacketSize in bytes, with the fixed header; see {@link #maximumPacketSize(int)} */
    public PacketReader(PacketDecoder decoder, int maximumPacketSize) {
        this.decoder = decoder;
        this.maximumPacketSize = maximumPacketSize;
    }

    /** Sets the size above which a packet is refused: small until CONNECT is accepted, then what CONNACK announced. */
    public void maximumPacketSize(int bytes) {
        maximumPacketSize = bytes;
    }

    /** From now on a large PUBLISH is handed to the sink with its payload apart. */
    public void handOn() {
        handsOn = true;
    }

    /** The version in use; known as soon as a CONNECT was read far enough, even if it was refused later. */
    public Optional<ProtocolVersion> version() {
        return decoder.version();
    }

    /** Whether what has come of a large payload waits for space in the log, so that no more of it is wanted. */
    public boolean isHeldUp() {
        return large != null && large.arrival.isWaiting();
    }

    /** Bytes that have arrived and are not read yet. */
    public int pendingBytes() {
        return pending.readableBytes();
    }

    /** Takes over {@code bytes}, which belong to the reader from now on, and reads what it can. */
    public void feed(ByteBuf bytes, Sink sink) {
        if (pending.isReadable()) {
            try {
                append(bytes);
            } finally {
                bytes.release();
            }
        } else {
            releasePending();
            pending = bytes;
        }
        readPackets(sink);
    }

    /**
     * Reads the packets that are there while the sink is ready.
     *
     * @throws Refusal if the peer broke a rule; nothing may be read afterwards
     */
    public void readPackets(Sink sink) {
        while (sink.isReady() && !isHeldUp() && (large == null ? readPacket(sink) : readPayload(large, sink))) {}
        keepPending();
    }

    /** Drops what is not read yet. */
    public void close() {
        releasePending();
        if (large != null) large.arrival.abandon();
    }

    /** Some of a large payload, and the packet when that was the last. */
    private boolean readPayload(Large begun, Sink sink) {
        int count = Math.min(begun.bytesToCome, pending.readableBytes());
        if (count == 0) return false;
        byte[] bytes = new byte[count];
        pending.readBytes(bytes);
        begun.arrival.add(bytes, 0, count);
        begun.bytesToCome -= count;
        if (begun.bytesToCome > 0) return true;
        sink.onPacket(begun.publish.with(begun.arrival));
        large = null; // whoever has the packet has it; if that was refused, it is let go with the connection
        return true;
    }

    /** False unless enough has come of a large PUBLISH to know all but its payload. */
    private boolean beginLarge(int firstByte, int lengthBytes, int length, int available, Sink sink) {
        if (!handsOn || firstByte >>> 4 != PUBLISH) return false;
        int gathered = (firstByte & 1) == 0 ? MOST_GATHERED_BYTES : MOST_WHOLE_BYTES;
        if (length <= gathered || available < gathered) return false;
        ByteBuf beginning = pending.slice(pending.readerIndex() + 1 + lengthBytes, gathered);
        Packet.Publish publish = decoder.decodeBeginning(firstByte, lengthBytes, length, beginning);
        pending.skipBytes(1 + lengthBytes + beginning.readerIndex());
        large = new Large(publish, sink.onLarge(), length - beginning.readerIndex());
        return true;
    }

    private boolean readPacket(Sink sink) {
        int readable = pending.readableBytes();
        if (readable == 0) return false;
        int start = pending.readerIndex();
        int firstByte = pending.getUnsignedByte(start);
        decoder.checkFirstByte(firstByte);
        int length = 0;
        int lengthBytes = 0;
        int next;
        do {
            // §2.1.4: four bytes at most.
            if (lengthBytes == VariableByteInteger.MAX_BYTES)
                throw Refusal.malformed("the remaining length is endless");
            if (1 + lengthBytes == readable) return false;
            next = pending.getUnsignedByte(start + 1 + lengthBytes);
            length |= (next & 0x7F) << (7 * lengthBytes);
            lengthBytes++;
        } while ((next & 0x80) != 0);
        int headerBytes = 1 + lengthBytes;
        int most = !handsOn || firstByte >>> 4 == PUBLISH
                ? maximumPacketSize
                : Math.min(maximumPacketSize, MOST_WHOLE_BYTES);
        if (length > most - headerBytes) {
            throw new Refusal(ReasonCode.PACKET_TOO_LARGE, "the packet is larger than " + most); // §3.1.2.11.4
        }
        if (readable - headerBytes < length)
            return beginLarge(firstByte, lengthBytes, length, readable - headerBytes, sink);
        pending.skipBytes(headerBytes);
        ByteBuf rest = pending.readSlice(length);
        if (decoder.isBeforeConnect()) decoder = decoder.ofClient(rest);
        sink.onPacket(decoder.decode(firstByte, lengthBytes, rest));
        return true;
    }

    /** Lets netty's read buffer go: what is left over of it moves to a buffer of its own size. */
    private void keepPending() {
        if (!pending.isReadable()) {
            releasePending();
        } else if (!pendingIsOurs) {
            moveTo(Math.max(SMALLEST_BUFFER, pending.readableBytes()));
        }
    }

    private void append(ByteBuf bytes) {
        int needed = pending.readableBytes() + bytes.readableBytes();
        // Doubling keeps the copying of a packet that drips in proportional to its size.
        if (pending.writableBytes() < bytes.readableBytes()) {
            moveTo(Math.max(needed, Math.min(2 * pending.readableBytes(), Math.max(needed, maximumPacketSize))));
        }
        pending.writeBytes(bytes);
    }

    private void moveTo(int capacity) {
        ByteBuf larger = pending.alloc().buffer(capacity);
        larger.writeBytes(pending, pending.readerIndex(), pending.readableBytes());
        releasePending();
        pending = larger;
        pendingIsOurs = true;
    }

    private void releasePending() {
        pending.release();
        pending = Unpooled.EMPTY_BUFFER;
        pendingIsOurs = false;
    }
}
