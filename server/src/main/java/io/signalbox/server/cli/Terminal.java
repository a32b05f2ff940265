package io.signalbox.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person is at the other end of a stream of this process, and whether they want colour. */
enum Terminal {
    INPUT(0),
    OUTPUT(1),
    ERROR(2);

    private final Path stream;

    Terminal(int descriptor) {
        stream = Path.of("/proc/self/fd/" + descriptor);
    }

    /** A name that anybody may have chosen, so that it cannot move the cursor or begin a line of its own. */
    static String printable(String name) {
        return name.replaceAll("\\p{Cc}", "?");
    }

    boolean isInteractive() {
        try {
            // What is asked is the stream alone; System.console() also asks the input, and since Java 22 it
            // answers for anything.
            String target = Files.readSymbolicLink(stream).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no Linux: better a line too plain than escape sequences in a file
        }
    }

    /** See https://no-color.org: set to anything, the variable turns colour off. */
    boolean wantsColour() {
        String noColour = System.getenv("NO_COLOR");
        return isInteractive() && (noColour == null || noColour.isEmpty());
    }
}
