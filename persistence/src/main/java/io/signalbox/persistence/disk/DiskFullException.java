package io.signalbox.persistence.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The file system, or this user's quota on it, has no room left. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final Optional<String> SYSTEM_WORDS = systemWords();

    public DiskFullException(String message) {
        super(message);
    }

    /** What the JDK says in words only: a full disk as one, anything else as it is. */
    static IOException orSame(IOException failure) {
        return orSame(failure, SYSTEM_WORDS);
    }

    /** @param systemWords what a system says that may speak another language */
    static IOException orSame(IOException failure, Optional<String> systemWords) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left") || message.contains("quota exceeded");
        if (!full && systemWords.filter(message::contains).isEmpty()) return failure;
        DiskFullException diskFull = new DiskFullException(message);
        diskFull.initCause(failure);
        return diskFull;
    }

    /** The words are those of the process's language, which a device that is always full speaks too; empty where there is none. */
    static Optional<String> systemWords() {
        try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            full.write(ByteBuffer.allocate(1));
            return Optional.empty();
        } catch (FileSystemException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.ofNullable(e.getMessage()).filter(words -> !words.isBlank());
        }
    }
}
