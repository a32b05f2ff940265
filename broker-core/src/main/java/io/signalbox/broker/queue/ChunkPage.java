package io.signalbox.broker.queue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A chunk as it lies in a page: its image as a checkpoint has it, after the length of that in 4 bytes, and then what does not outlive
 * the process: who was delivered, and who stands aside.
 */
final class ChunkPage {

    private ChunkPage() {}

    static byte[] of(Chunk chunk) {
        ByteArrayOutputStream image = new ByteArrayOutputStream();
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(image);
                DataOutputStream whole = new DataOutputStream(page)) {
            chunk.image(Long.MAX_VALUE, chunk.given()).write(out);
            whole.writeInt(image.size());
            image.writeTo(whole);
            chunk.writeStandings(whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no stream in memory fails
        }
        return page.toByteArray();
    }

    /** The image in a page. */
    static void copyImage(byte[] page, ByteArrayOutputStream to) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(page))) {
            int length = in.readInt();
            to.write(page, Integer.BYTES, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The chunk as it was.
     *
     * @param stub that stands in its place
     * @param slots of a chunk
     * @throws IllegalArgumentException if that does not fit together
     */
    static Chunk chunk(byte[] page, Stub stub, int slots) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(page))) {
            in.readInt();
            Chunk chunk = new Chunk(ChunkImage.read(in, slots, QueueImage.FORMAT_VERSION), slots);
            chunk.readStandings(in, stub.waitingBytes);
            if (chunk.number != stub.number || chunk.live() != stub.live()) {
                throw new IOException("it has chunk " + chunk.number + " with " + chunk.live() + " entries");
            }
            return chunk;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The page of chunk " + stub.number + " with " + stub.live() + " entries is another: "
                            + e.getMessage() + ".",
                    e);
        }
    }
}
