package io.signalbox.server.node;

import io.signalbox.server.control.ControlSocket;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/** The directory everything durable is in. Immutable. */
record DataDirectory(Path path, LastStop lastStop) {

    /** Written by the store, locked while a process has the directory. */
    private static final String LOCK_FILE = "lock";

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
            return new DataDirectory(path, lastStop(path));
        } catch (IOException e) {
            throw new NodeFailure(
                    "The data directory " + path + " cannot be made or read (" + reason(e)
                            + "); choose another one with --data.",
                    e);
        }
    }

    /** A broker takes its control socket away when it stops, and one that was killed does not. */
    private static LastStop lastStop(Path path) throws IOException {
        if (Files.exists(ControlSocket.in(path))) return LastStop.CRASH;
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isPresent() ? LastStop.CLEAN : LastStop.NEVER_RAN;
        }
    }

    /** Makes sure that a power cut now leaves the same names in the directory. */
    void force() throws IOException {
        try (FileChannel names = FileChannel.open(path, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** The process that has the directory, as it says itself, with a space before it; empty if it does not say. */
    String owner() {
        try {
            String pid = Files.readString(path.resolve(LOCK_FILE)).strip();
            return pid.isEmpty() ? "" : " pid " + pid;
        } catch (IOException e) {
            return "";
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
