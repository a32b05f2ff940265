package io.signalbox.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time that the whole machine has used, and what machine it is (proc(5)). Stateless. */
public final class MachineProbe {

    private static final long NANOS_PER_TICK = 10_000_000;

    private MachineProbe() {}

    /** Of all cores together, without what was idle or waiting for a disk. */
    public static long busyNanos() throws IOException {
        return busyTicks(Files.readAllLines(Path.of("/proc/stat")).get(0)) * NANOS_PER_TICK;
    }

    /** cpu user nice system idle iowait irq softirq steal … */
    static long busyTicks(String line) {
        String[] fields = line.trim().split("\\s+", -1);
        long busy = 0;
        for (int i = 1; i < Math.min(fields.length, 9); i++) {
            if (i != 4 && i != 5) busy += Long.parseLong(fields[i]);
        }
        return busy;
    }

    public static String describe() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 2))
                .orElse(System.getProperty("os.arch"));
        long memoryGiB = Long.parseLong(
                        Files.readAllLines(Path.of("/proc/meminfo")).get(0).replaceAll("\\D", ""))
                >> 20;
        return Runtime.getRuntime().availableProcessors() + " × " + model + ", " + memoryGiB + " GiB, Linux "
                + System.getProperty("os.version") + ", generator on Java "
                + System.getProperty("java.version") + ", same machine";
    }
}
