package io.signalbox.conformance.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that was run to its end: exit code and everything it printed. */
record Run(int exitCode, String output) {

    private static final long LIMIT_SECONDS = 60;

    /** Runs a command, with these variables changed in its environment. */
    static Run of(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        Path printed = Files.createTempFile("signalbox-run", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("no end within " + LIMIT_SECONDS + " s: " + command + "\n"
                        + Files.readString(printed, StandardCharsets.UTF_8));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String output = Files.readString(printed, StandardCharsets.UTF_8);
        Files.delete(printed);
        return new Run(process.exitValue(), output);
    }
}
