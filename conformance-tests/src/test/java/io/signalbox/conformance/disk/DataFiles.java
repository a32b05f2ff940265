package io.signalbox.conformance.disk;

import io.signalbox.conformance.process.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What a test does to the files of a broker. */
final class DataFiles {

    private DataFiles() {}

    /** Waits until nothing is left above the checkpoints. */
    static void awaitCheckpoints(Path directory) {
        Await.until("checkpoints come to rest", () -> {
            try {
                List<Path> checkpoints = checkpoints(directory);
                long newest = 0;
                for (Path file : checkpoints)
                    newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
                return checkpoints.size() == 2 && System.currentTimeMillis() - newest > 3_000;
            } catch (IOException e) {
                return false; // one of them is being replaced
            }
        });
    }

    static List<Path> checkpoints(Path directory) throws IOException {
        return named(directory, ".idx");
    }

    /** The files whose names end so. */
    static List<Path> named(Path directory, String end) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.toString().endsWith(end)).sorted().toList();
        }
    }

    /** Inverts a bit so far behind the beginning of these bytes, wherever in the log they lie; a second time brings it back. */
    static void invertBit(Path directory, byte[] needle, int behind) throws IOException {
        for (Path file : named(directory, ".log")) {
            long at = find(Files.readAllBytes(file), needle);
            if (at < 0) continue;
            invertBit(file, at + behind);
            return;
        }
        throw new AssertionError("the message is in no file");
    }

    static void invertBit(Path file, long at) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            int was = open.read();
            open.seek(at);
            open.write(was ^ 1);
        }
    }

    private static long find(byte[] bytes, byte[] needle) {
        for (int at = 0; at + needle.length <= bytes.length; at++) {
            if (bytes[at] == needle[0] && Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length))
                return at;
        }
        return -1;
    }
}
