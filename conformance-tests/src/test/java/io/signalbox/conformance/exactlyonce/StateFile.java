package io.signalbox.conformance.exactlyonce;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A client's session state on disk: a line for every step, written before what it says is said to the broker. After the
 * client's death nothing is added, and its successor knows what is in the file and nothing else. Thread-safe.
 */
final class StateFile {

    private final Path path;
    private final FileChannel channel;
    private boolean dead;

    StateFile(Path path) {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IOException if the client is dead */
    synchronized void append(String line) throws IOException {
        if (dead) throw new IOException("the client is dead");
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    synchronized void die() {
        dead = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> lines() {
        try {
            return Files.readAllLines(path, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
