package io.signalbox.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How much of a connection is read before its loop turns to the next: once a turn, and no more than can be worked on in the
 * connection's share of the turn. The smallest packets are two bytes, and whoever sends nothing else must not hold everybody up;
 * a large message costs little for its size and is read in large pieces. What the bytes of a connection cost is measured, in
 * whatever protocol they are. One for all connections; each handle is confined to its connection's loop.
 */
public final class FairReads implements RecvByteBufAllocator {

    static final int MOST_BYTES = 64 << 10;
    static final int FEWEST_BYTES = 256;
    private static final int FIRST_BYTES = 2048;

    /** What bytes are taken to cost before any were read: small packets, each with little to do. */
    private static final float FIRST_NANOS_PER_BYTE = 30;

    private final LongSupplier nanoTime;

    /** @param nanoTime of {@link System#nanoTime} */
    public FairReads(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public ExtendedHandle newHandle() {
        return new Reads();
    }

    /** Of one connection; as small as can be, since there may be very many. */
    private final class Reads implements ExtendedHandle {
        private int wantedBytes = FIRST_BYTES;
        private float nanosPerByte = FIRST_NANOS_PER_BYTE;
        private int askedBytes;
        private int readBytes;

        @Override
        public void reset(ChannelConfig config) {
            readBytes = 0;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return false;
        }

        @Override
        public void incMessagesRead(int messages) {}

        /** A buffer has the room that was asked for. */
        @Override
        public void attemptedBytesRead(int bytes) {}

        @Override
        public int attemptedBytesRead() {
            return askedBytes;
        }

        @Override
        public int lastBytesRead() {
            return readBytes;
        }

        @Override
        public int guess() {
            long fitting = (long) (TurnShare.ofThisLoop().nanos() / nanosPerByte);
            return (int) Math.max(FEWEST_BYTES, Math.min(wantedBytes, fitting));
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            askedBytes = guess();
            return allocator.ioBuffer(askedBytes);
        }

        @Override
        public void lastBytesRead(int bytes) {
            readBytes = bytes;
            if (bytes <= 0) return;
            TurnShare turn = TurnShare.ofThisLoop();
            turn.readAtNanos = nanoTime.getAsLong();
            if (bytes >= askedBytes) {
                turn.addEager();
                wantedBytes = Math.min(MOST_BYTES, Math.max(wantedBytes, askedBytes * 2));
            } else {
                wantedBytes = Math.max(FEWEST_BYTES, Math.max(2 * bytes, wantedBytes - wantedBytes / 8));
            }
        }

        /** Everything that was read has been worked on. */
        @Override
        public void readComplete() {
            int bytes = readBytes;
            if (bytes <= 0) return;
            long tookNanos = nanoTime.getAsLong() - TurnShare.ofThisLoop().readAtNanos;
            // The few bytes of a quiet connection say nothing of what many would cost.
            if (bytes < askedBytes && tookNanos < TurnShare.TURN_NANOS) return;
            float cost = (float) tookNanos / bytes;
            nanosPerByte += (cost - nanosPerByte) / (cost > nanosPerByte ? 2 : 8);
            nanosPerByte = Math.max(nanosPerByte, Float.MIN_NORMAL);
        }
    }
}
