package io.signalbox.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CPU time and memory of a process, as Linux tells them (proc(5)). Immutable. */
public final class ProcessProbe {

    private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on every Linux that Java runs on
    private static final long PAGE_BYTES = 4096;

    private final Path directory;

    private ProcessProbe(Path directory) {
        this.directory = directory;
    }

    /**
     * @throws IOException if there is no such process
     */
    public static ProcessProbe of(long pid) throws IOException {
        Path directory = Path.of("/proc", Long.toString(pid));
        if (!Files.isReadable(directory.resolve("stat"))) {
            throw new IOException("There is no process " + pid + " whose CPU time could be read.");
        }
        return new ProcessProbe(directory);
    }

    /** User and system time of all its threads, in steps of 10 ms. */
    public long cpuNanos() throws IOException {
        return cpuTicks(Files.readString(directory.resolve("stat"))) * NANOS_PER_TICK;
    }

    /** utime + stime, fields 14 and 15; the name, field 2, is in parentheses and may hold anything. */
    static long cpuTicks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** What of it is in memory now. */
    public long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(directory.resolve("statm")).split(" ", -1)[1]) * PAGE_BYTES;
    }

    /** How many files and connections it may have open at once; the greatest number if there is no limit. */
    public long openFilesLimit() throws IOException {
        return openFilesLimit(Files.readAllLines(directory.resolve("limits")));
    }

    /** Name, soft limit, hard limit, unit; the first holds. */
    static long openFilesLimit(List<String> limits) {
        for (String line : limits) {
            if (!line.startsWith("Max open files")) continue;
            String soft = line.substring("Max open files".length()).trim().split("\\s+", -1)[0];
            return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
        }
        return Long.MAX_VALUE;
    }

    /** The most that was ever in memory. */
    public long peakResidentBytes() throws IOException {
        for (String line : Files.readAllLines(directory.resolve("status"))) {
            if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
        return 0;
    }
}
