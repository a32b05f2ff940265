package io.signalbox.conformance.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM holds at a moment, in bytes: live objects on the heap after a full collection, and all anonymous memory, of
 * which the heap is a constant part if the JVM touched it at its start. Immutable.
 */
public record ProcessMemory(long liveBytes, long anonymousBytes) {

    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");

    public static ProcessMemory of(long pid) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process histogram = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String classes = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
        return new ProcessMemory(number(TOTAL, classes), number(ANONYMOUS, status) << 10);
    }

    private static long number(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) throw new IOException("no " + pattern + " in:\n" + text);
        return Long.parseLong(matcher.group(1));
    }

    /** What has been added since, heap and the rest. */
    public long since(ProcessMemory before) {
        return Math.max(0, liveBytes - before.liveBytes) + Math.max(0, anonymousBytes - before.anonymousBytes);
    }
}
