package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.MessageFormat;
import io.signalbox.broker.message.NeutralView;
import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.MemoryStore;
import io.signalbox.broker.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A large message in and out of the store, on a loop that is run by hand. */
class LargeArrivalTest {

    private static final MessageFormat BYTES = new MessageFormat() {
        @Override
        public byte id() {
            return 1;
        }

        @Override
        public NeutralView neutralView(Envelope envelope, Body.Inline body) {
            return NeutralView.ofPayload(body, NeutralView.PayloadKind.BINARY);
        }
    };

    private final MemoryStore store = new MemoryStore();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Loop loop = new Loop(tasks::add, store);
    private int spaces;

    private LargeArrival arrival() {
        return new LargeArrival(loop, store, () -> spaces++);
    }

    private void runLoop() {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) next.run();
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static LargeArrival announced(LargeArrival arrival) {
        return arrival.announce(Envelope.of("a", true, 1), BYTES, Body.Inline.of(new byte[0]), arrival.size());
    }

    /** Reads on until nothing comes any more. */
    private byte[] read(Message message) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        LargeReader reader = reader(message);
        runLoop();
        for (byte[] piece = reader.piece(); piece != null; piece = reader.piece()) {
            read.writeBytes(piece);
            reader.taken();
            runLoop();
        }
        reader.close();
        return read.toByteArray();
    }

    private LargeReader reader(Message message) {
        Pieces pieces = message.large().orElseThrow().pieces();
        return new LargeReader(loop, store, pieces, new LargeReader.Listener() {
            @Override
            public void onReadable() {}

            @Override
            public void onUnreadable(StoreException cause) {
                throw new AssertionError(cause);
            }
        });
    }

    @Test
    void howeverItIsCutAndTheLogIsFullItIsTheSame() {
        for (long seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            byte[] content = bytes(random.nextInt(600_000), seed);
            LargeArrival arrival = arrival();
            for (int at = 0; at < content.length; ) {
                if (random.nextInt(4) == 0) store.fill();
                if (random.nextInt(3) == 0) store.makeSpace();
                if (random.nextInt(3) == 0) runLoop();
                int count = Math.min(content.length - at, random.nextInt(100_000));
                arrival.add(content, at, count);
                at += count;
            }
            announced(arrival);
            Optional<Message> whole = arrival.complete();
            while (whole.isEmpty()) {
                store.makeSpace();
                whole = arrival.complete();
            }
            store.makeSpace();
            runLoop();
            Message message = whole.get();
            assertEquals(content.length, message.large().orElseThrow().payloadBytes());
            assertArrayEquals(content, read(message), "seed " + seed);
            message.release();
            assertEquals(0, store.storedPieces());
        }
    }

    @Test
    void itGoesToTheLogAsItComes() {
        LargeArrival arrival = arrival();
        arrival.add(bytes(store.pieceBytes() * 3 + 1, 1), 0, store.pieceBytes() * 3 + 1);
        assertEquals(3, store.storedPieces());
        arrival.abandon();
        arrival.abandon();
        assertEquals(0, store.storedPieces());
    }

    @Test
    void itSaysWhenThereIsSpaceAgain() {
        store.fill();
        LargeArrival arrival = arrival();
        byte[] some = bytes(store.pieceBytes() + 1, 1);
        arrival.add(some, 0, some.length);
        assertTrue(arrival.isWaiting());
        store.makeSpace();
        runLoop();
        assertFalse(arrival.isWaiting());
        assertEquals(1, spaces);
        assertEquals(1, store.storedPieces());
    }

    @Test
    void ofAStoreThatHasFailedNothingIsTaken() {
        LargeArrival arrival = arrival();
        store.fail("gone");
        arrival.add(new byte[store.pieceBytes() * 4], 0, store.pieceBytes() * 4);
        assertFalse(arrival.isWaiting());
        assertTrue(announced(arrival).complete().isEmpty());
        assertInstanceOf(PublishOutcome.Failed.class, arrival.lost().orElseThrow());
    }

    @Test
    void whenTheDiskHasNoRoomItIsRefusedAndWhatWasThereIsGivenBack() {
        LargeArrival arrival = arrival();
        byte[] some = bytes(store.pieceBytes() * 2, 1);
        arrival.add(some, 0, some.length);
        store.beShort("no room");
        arrival.add(some, 0, some.length);
        assertEquals(0, store.storedPieces());
        assertFalse(arrival.isWaiting());
        assertTrue(announced(arrival).complete().isEmpty());
        PublishOutcome.Refused refused =
                assertInstanceOf(PublishOutcome.Refused.class, arrival.lost().orElseThrow());
        assertEquals(PublishOutcome.Reason.DISK_FULL, refused.reason());
        arrival.abandon();
    }

    @Test
    void aMebibyteIsReadAheadAndNoMore() {
        List<Long> asked = new ArrayList<>();
        RelayStore watched = new RelayStore() {
            @Override
            public LargeUpload upload() {
                return store.upload();
            }

            @Override
            public void readPiece(
                    long lsn,
                    java.util.function.Consumer<byte[]> sink,
                    java.util.function.Consumer<StoreException> failure) {
                asked.add(lsn);
                store.readPiece(lsn, sink, failure);
            }
        };
        LargeArrival arrival = arrival();
        arrival.add(new byte[4 << 20], 0, 4 << 20);
        Pieces pieces = announced(arrival)
                .complete()
                .orElseThrow()
                .large()
                .orElseThrow()
                .pieces();
        LargeReader reader = new LargeReader(loop, watched, pieces, new LargeReader.Listener() {
            @Override
            public void onReadable() {}

            @Override
            public void onUnreadable(StoreException cause) {}
        });
        runLoop();
        int most = (1 << 20) / store.pieceBytes();
        assertEquals(most, asked.size());
        reader.taken();
        runLoop();
        assertEquals(most + 1, asked.size());
        reader.close();
        assertNull(reader.piece());
    }
}
