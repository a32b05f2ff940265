package io.signalbox.server.node;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/** The directory everything durable is in. Immutable. */
record DataDirectory(Path path, Age age) {

    enum Age {
        NEW,
        USED
    }

    /** Makes the directory if it is not there, for its owner only: messages and the control socket are in it. */
    static DataDirectory open(Path path) throws NodeFailure {
        try {
            if (!Files.exists(path)) {
                Path parent = path.getParent();
                if (parent != null) Files.createDirectories(parent);
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isDirectory(path)) throw new NodeFailure("The data directory " + path + " is not a directory.");
            if (!Files.isWritable(path)) {
                throw new NodeFailure(
                        "The data directory " + path + " cannot be written to by this user; change its owner"
                                + " or choose another one with --data.");
            }
            try (Stream<Path> files = Files.list(path)) {
                return new DataDirectory(path, files.findAny().isPresent() ? Age.USED : Age.NEW);
            }
        } catch (IOException e) {
            throw new NodeFailure(
                    "The data directory " + path + " cannot be made or read (" + reason(e)
                            + "); choose another one with --data.",
                    e);
        }
    }

    private static String reason(IOException failure) {
        if (failure instanceof AccessDeniedException) return "permission denied";
        if (failure instanceof FileSystemException e && e.getReason() != null) return e.getReason();
        return "the system does not allow it";
    }

    /** Bytes that can still be written to its disk. */
    long freeBytes() {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }
}
