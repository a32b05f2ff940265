package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One loop, this thread's, whose clock stands still but for what bytes cost. */
class FairReadsTest {

    private static final int MUCH = 1 << 20;
    private static final int TURNS = 100;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long now = 1;

    private final FairReads reads = new FairReads(() -> now);

    /** A peer that always has more to say. */
    private final class Flood {
        private final ExtendedHandle handle = reads.newHandle();
        private final double nanosPerByte;

        Flood(double nanosPerByte) {
            this.nanosPerByte = nanosPerByte;
        }

        int read() {
            return read(MUCH);
        }

        /** As a channel does it; how much was read. */
        int read(int available) {
            handle.reset(channel.config());
            ByteBuf buffer = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
            int bytes = Math.min(available, buffer.capacity());
            buffer.release();
            handle.attemptedBytesRead(bytes);
            handle.lastBytesRead(bytes);
            handle.incMessagesRead(1);
            now += Math.round(bytes * nanosPerByte);
            handle.readComplete();
            return bytes;
        }
    }

    @BeforeEach
    void quietLoop() {
        turn();
        turn();
    }

    private static void turn() {
        TurnShare.ofThisLoop().turnBegins();
    }

    /** How long the longest turn took, after the first few. */
    private long longestTurn(List<Flood> floods) {
        long longest = 0;
        for (int i = 0; i < TURNS; i++) {
            turn();
            long before = now;
            for (Flood flood : floods) flood.read();
            if (i > 5) longest = Math.max(longest, now - before);
        }
        return longest;
    }

    private List<Flood> floods(int count, double nanosPerByte) {
        List<Flood> floods = new ArrayList<>();
        for (int i = 0; i < count; i++) floods.add(new Flood(nanosPerByte));
        return floods;
    }

    @Test
    void aConnectionIsReadOnceATurn() {
        Flood flood = new Flood(1);
        flood.read();
        assertFalse(flood.handle.continueReading());
    }

    @Test
    void largeMessagesAreReadInLargePieces() {
        Flood flood = new Flood(0.5);
        longestTurn(List.of(flood));
        assertEquals(FairReads.MOST_BYTES, flood.read());
    }

    @Test
    void bytesThatCostMuchAreReadInSmallPieces() {
        long longest = longestTurn(floods(1, 50));
        assertTrue(longest <= TurnShare.TURN_NANOS * 1.1, longest + " ns");
        assertTrue(longest >= TurnShare.TURN_NANOS * 0.5, longest + " ns");
    }

    @Test
    void aFewThatFloodShareATurn() {
        long longest = longestTurn(floods(4, 20));
        assertTrue(longest <= TurnShare.TURN_NANOS * 1.1, longest + " ns");
    }

    @Test
    void manyThatFloodGetTheLeastEach() {
        long longest = longestTurn(floods(100, 20));
        assertTrue(longest <= 100 * TurnShare.LEAST_NANOS * 1.1, longest + " ns");
    }

    @Test
    void aThousandThatComeAtOnceAreReadLittleEach() {
        turn();
        long before = now;
        for (Flood flood : floods(1000, 20)) flood.read();
        assertTrue(now - before <= 1000 * TurnShare.LEAST_NANOS, now - before + " ns");
    }

    @Test
    void whoHasLittleToSayIsReadWholeBesideAFlood() {
        Flood flood = new Flood(20);
        Flood quiet = new Flood(400);
        for (int i = 0; i < TURNS; i++) {
            turn();
            flood.read();
            assertEquals(40, quiet.read(40));
        }
        turn();
        assertTrue(quiet.read() >= FairReads.FEWEST_BYTES);
    }

    @Test
    void aReadThatWasHeldUpOnceIsForgotten() {
        Flood flood = new Flood(0.5);
        longestTurn(List.of(flood));
        flood.handle.reset(channel.config());
        flood.handle.allocate(UnpooledByteBufAllocator.DEFAULT).release();
        flood.handle.lastBytesRead(FairReads.MOST_BYTES);
        now += 20 * TurnShare.TURN_NANOS; // the machine had other work
        flood.handle.readComplete();
        longestTurn(List.of(flood));
        assertEquals(FairReads.MOST_BYTES, flood.read());
    }
}
