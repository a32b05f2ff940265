package io.signalbox.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person looks at the standard output, and whether they want colour. */
final class Terminal {

    private Terminal() {}

    static boolean isInteractive() {
        Path standardOutput = Path.of("/proc/self/fd/1");
        try {
            // What is asked is the standard output alone; System.console() also asks the input, and since Java 22 it
            // answers for anything.
            String target = Files.readSymbolicLink(standardOutput).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no Linux: better a line too plain than escape sequences in a file
        }
    }

    /** See https://no-color.org: set to anything, the variable turns colour off. */
    static boolean wantsColour() {
        String noColour = System.getenv("NO_COLOR");
        return isInteractive() && (noColour == null || noColour.isEmpty());
    }
}
