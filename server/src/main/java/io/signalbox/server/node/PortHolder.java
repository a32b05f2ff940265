package io.signalbox.server.node;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds in Linux' {@code /proc} which process listens on a TCP port. The system shows a user's own processes only, and other
 * systems have no such directory: then nobody is found. Stateless.
 */
final class PortHolder {

    private static final List<Path> SOCKET_TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final Path PROCESSES = Path.of("/proc");
    private static final String LISTEN = "0A";

    /** Columns of the tables of sockets. */
    private static final int LOCAL_ADDRESS = 1;

    private static final int STATE = 3;
    private static final int INODE = 9;

    private PortHolder() {}

    /** Process id and name, as in {@code pid 812, mosquitto}. */
    static Optional<String> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (Path table : SOCKET_TABLES) addListening(table, port, sockets);
        if (sockets.isEmpty()) return Optional.empty();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) return Optional.of(describe(process));
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static void addListening(Path table, int port, Set<String> sockets) {
        String suffix = String.format(":%04X", port);
        try {
            for (String row : Files.readAllLines(table)) {
                String[] columns = row.strip().split("\\s+", INODE + 2);
                if (columns.length <= INODE || !columns[STATE].equals(LISTEN)) continue;
                if (columns[LOCAL_ADDRESS].endsWith(suffix)) sockets.add("socket:[" + columns[INODE] + "]");
            }
        } catch (IOException e) {
            return; // no Linux, or no IPv6
        }
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (sockets.contains(Files.readSymbolicLink(file).toString())) return true;
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // another user's, or it has ended, or the file was closed meanwhile
        }
        return false;
    }

    private static String describe(Path process) {
        String pid = "pid " + process.getFileName();
        try {
            return pid + ", " + Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return pid;
        }
    }
}
