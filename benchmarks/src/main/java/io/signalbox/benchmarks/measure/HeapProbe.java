package io.signalbox.benchmarks.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The live objects of a JVM on this machine, as jcmd counts them. Immutable. */
public final class HeapProbe {

    private static final Pattern LIVE_BYTES = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    private final long pid;

    private HeapProbe(long pid) {
        this.pid = pid;
    }

    public static HeapProbe of(long pid) {
        return new HeapProbe(pid);
    }

    /** Whether the process is a JVM that this one may ask; jcmd's question would end another process. */
    public boolean isThere() throws IOException {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "maps"))
                    .contains("/libjvm.so");
        } catch (AccessDeniedException e) {
            return false;
        }
    }

    /** A full collection more: what one finds unreachable may hold what only the next can remove. */
    public void collect() throws IOException {
        jcmd("GC.run");
    }

    /**
     * After a full collection.
     *
     * @throws IOException if the process is no JVM that this one may ask; the message has its answer
     */
    public long liveBytes() throws IOException {
        String classes = jcmd("GC.class_histogram");
        Matcher total = LIVE_BYTES.matcher(classes);
        if (!total.find()) throw new IOException("jcmd does not tell the heap of process " + pid + ": " + classes);
        return Long.parseLong(total.group(1));
    }

    private String jcmd(String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
