package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

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
    }

    private static final int SMALLEST_BUFFER = 64;

    private final PacketDecoder decoder;
    private final ByteBufAllocator allocator;
    private int maximumPacketSize;
    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private boolean pendingIsOurs;

    /** @param maximumPacketSize in bytes, with the fixed header; see {@link #maximumPacketSize(int)} */
    public PacketReader(PacketDecoder decoder, ByteBufAllocator allocator, int maximumPacketSize) {
        this.decoder = decoder;
        this.allocator = allocator;
        this.maximumPacketSize = maximumPacketSize;
    }

    /** Sets the size above which a packet is refused: small until CONNECT is accepted, then what CONNACK announced. */
    public void maximumPacketSize(int bytes) {
        maximumPacketSize = bytes;
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
        while (sink.isReady() && readPacket(sink)) {}
        keepPending();
    }

    /** Drops what is not read yet. */
    public void close() {
        releasePending();
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
        if (length > maximumPacketSize - headerBytes) {
            throw new Refusal(
                    ReasonCode.PACKET_TOO_LARGE, "the packet is larger than " + maximumPacketSize); // §3.1.2.11.4
        }
        if (readable - headerBytes < length) return false;
        pending.skipBytes(headerBytes);
        sink.onPacket(decoder.decode(firstByte, lengthBytes, pending.readSlice(length)));
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
        ByteBuf larger = allocator.buffer(capacity);
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
