package io.signalbox.testkit;

import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.message.Pieces;
import io.signalbox.broker.store.LargeUpload;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.persistence.LogEngine;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The large messages of a {@link StoreHistory}, life by life: uploads that go on side by side and are completed or given up, and
 * readers that hold what they read. Not thread-safe.
 */
final class LargeHistory {
    /** How the addresses of large messages begin, also of those that were moved. */
    static final String ADDRESS = "large";

    private static final int MOST_UPLOADS = 4;
    private static final int MOST_READERS = 3;

    private final Random random;
    private final Variation variation;
    private final List<Upload> uploads = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private @Nullable SimulatedStore store;
    private long messages;
    private long piecesRead;

    private record Upload(LargeUpload upload, ByteArrayOutputStream content, byte[] head, int pieces) {}

    /** A large message that is in the log up to its enqueue record. */
    record Uploaded(Message message, byte[] content) {}

    private static final class Reader {
        private final Message message;
        private final StoreContents.Entry expected;
        private int next;
        private int taken;
        private int hash;

        Reader(Message message, StoreContents.Entry expected) {
            this.message = message;
            this.expected = expected;
            hash = hashOn(1, message.head().compact().bytes());
        }

        private static int hashOn(int hash, byte[] bytes) {
            int result = hash;
            for (byte each : bytes) result = 31 * result + each; // as Arrays.hashCode has it
            return result;
        }

        void take(byte[] piece) {
            hash = hashOn(hash, piece);
            taken++;
        }
    }

    LargeHistory(Random random, Variation variation) {
        this.random = random;
        this.variation = variation;
    }

    /** A life begins: of the one before, a crash has left what is in the log. */
    void begin(SimulatedStore newLife) {
        store = newLife;
        uploads.clear();
        readers.clear();
    }

    /** Messages that were taken. */
    long messages() {
        return messages;
    }

    /** Pieces that were read and compared. */
    long piecesRead() {
        return piecesRead;
    }

    private LogEngine engine() {
        SimulatedStore life = store;
        if (life == null) throw new IllegalStateException("no life has begun");
        return life.engine();
    }

    /** Goes on with uploads; the message, if one was complete. */
    @Nullable
    Uploaded upload() {
        for (int i = random.nextInt(6); i >= 0; i--) {
            Uploaded uploaded = step();
            if (uploaded != null) return uploaded;
        }
        return null;
    }

    private @Nullable Uploaded step() {
        if (uploads.size() < MOST_UPLOADS && random.nextInt(4) == 0) begin();
        if (uploads.isEmpty()) return null;
        Upload one = uploads.get(random.nextInt(uploads.size()));
        if (random.nextInt(40) == 0) {
            uploads.remove(one);
            one.upload.abandon();
            return null;
        }
        if (one.content.size() - one.head.length < one.pieces * 100) {
            byte[] piece = new byte[1 + random.nextInt(engine().pieceBytes())];
            random.nextBytes(piece);
            if (one.upload.append(piece, 0, piece.length) > 0) one.content.writeBytes(piece);
            return null;
        }
        uploads.remove(one);
        return complete(one);
    }

    private void begin() {
        byte[] head = new byte[random.nextInt(40)];
        random.nextBytes(head);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(head);
        uploads.add(new Upload(engine().upload(), content, head, random.nextInt(random.nextInt(4) == 0 ? 40 : 8)));
    }

    private Uploaded complete(Upload one) {
        Pieces pieces = variation.uploaded(one.upload.complete(), engine()::upload);
        Body.Large body = new Body.Large(Body.Inline.of(one.head), pieces, random.nextInt(1000));
        return new Uploaded(new Message(envelope(), SimulatedFormat.BYTES, body), one.content.toByteArray());
    }

    private static Envelope envelope() {
        return Envelope.of(ADDRESS, true, 1);
    }

    /** Its enqueue record is in the log, or has found no space. */
    void appended(WriteBatch batch) {
        if (batch.enqueueLsn() > 0) messages++;
        batch.message().orElseThrow().release();
    }

    /** The same with the content in one array, as a {@link StoreModel} is to remember it. */
    static WriteBatch asWhole(WriteBatch batch, byte[] content) {
        Message message = batch.message().orElseThrow();
        Message whole = new Message(message.envelope(), message.format(), Body.Inline.of(content));
        WriteBatch copy = new WriteBatch().message(whole);
        for (int i = 0; i < batch.targets(); i++) copy.enqueueTo(batch.targetQueueId(i), batch.targetFlags(i));
        return copy;
    }

    /** Somebody begins to read a message that was read back from the log, if it is large. */
    void read(Message message, StoreContents.Entry expected) {
        if (message.large().isEmpty() || readers.size() >= MOST_READERS || !message.hold()) return;
        readers.add(new Reader(message, expected));
    }

    /** Readers read some pieces more, or let go. */
    void readOn() {
        for (int i = random.nextInt(6); i >= 0; i--) readOne();
    }

    private void readOne() {
        if (readers.isEmpty()) return;
        Reader reader = readers.get(random.nextInt(readers.size()));
        Pieces pieces = reader.message.large().orElseThrow().pieces();
        boolean isThrough = reader.taken == pieces.count();
        if (isThrough && reader.hash != reader.expected.bodyHash()) {
            throw new AssertionError("a large message that somebody holds is another");
        }
        if (isThrough || random.nextInt(20) == 0) {
            readers.remove(reader);
            reader.message.release();
            return;
        }
        if (reader.next < pieces.count()) readNext(reader, pieces);
        engine().readStep();
    }

    private void readNext(Reader reader, Pieces pieces) {
        engine().readPiece(pieces.lsn(reader.next++), reader::take, failure -> {
            if (engine().failure().isEmpty()) throw new AssertionError(failure);
        });
        piecesRead++;
    }
}
