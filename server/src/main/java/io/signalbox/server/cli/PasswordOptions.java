package io.signalbox.server.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where a command takes a new password from: a terminal, the standard input, a file, or a generator. Never an argument. */
final class PasswordOptions {

    /** What is longer is no password but a mistake. */
    private static final int MOST_BYTES = 4096;

    /** 144 bits: nobody guesses that. */
    private static final int GENERATED_BYTES = 18;

    /** At most one of them. */
    private static final class Source {
        @Option(names = "--password-stdin", description = "Reads the password from the standard input.")
        private boolean stdin;

        @Option(names = "--password-file", paramLabel = "<file>", description = "Reads the password from a file.")
        private Optional<Path> file = Optional.empty();

        @Option(names = "--generate", description = "Makes a password and prints it.")
        private boolean generate;
    }

    @ArgGroup
    private Source source = new Source();

    /**
     * A new password.
     *
     * @param generated whether nobody knows it yet, so that it has to be shown
     */
    record Chosen(String password, boolean generated) {
        @Override
        public String toString() {
            return "Chosen"; // a password is never printed by accident
        }
    }

    Chosen choose(String user) throws CommandFailure {
        if (source.generate) return new Chosen(generate(), true);
        if (source.stdin) return new Chosen(firstLine("The standard input", readInput()), false);
        if (source.file.isPresent()) return new Chosen(read(source.file.get()), false);
        return new Chosen(ask(user), false);
    }

    private static String generate() {
        byte[] random = new byte[GENERATED_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private static byte[] readInput() throws CommandFailure {
        try {
            return System.in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "The standard input cannot be read (" + e.getMessage() + ").", e);
        }
    }

    private static String read(Path file) throws CommandFailure {
        try (var in = Files.newInputStream(file)) {
            return firstLine("The file " + file, in.readNBytes(MOST_BYTES + 1));
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "The file " + file + " cannot be read (" + e.getMessage() + ").", e);
        }
    }

    /** A password is one line; what ends it is not part of it. */
    private static String firstLine(String what, byte[] bytes) throws CommandFailure {
        if (bytes.length > MOST_BYTES) {
            throw new CommandFailure(ExitCode.REFUSED, what + " is too long for a password.");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .replaceFirst("\\R\\z", "");
            if (text.lines().count() <= 1) return text;
            throw new CommandFailure(ExitCode.REFUSED, what + " has more than one line; a password is one.");
        } catch (CharacterCodingException e) {
            throw new CommandFailure(ExitCode.REFUSED, what + " is not UTF-8 text.", e);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // before Java 22 it is null when the output is no terminal
    private static String ask(String user) throws CommandFailure {
        Console console = System.console();
        if (console == null || !Terminal.INPUT.isInteractive()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no terminal to ask for a password on; use --password-stdin, --password-file or"
                            + " --generate.");
        }
        char[] first = console.readPassword("New password of %s: ", user);
        char[] second = console.readPassword("Again: ");
        if (first == null || second == null) throw new CommandFailure(ExitCode.FAILED, "No password was given.");
        if (!Arrays.equals(first, second)) {
            throw new CommandFailure(ExitCode.FAILED, "The two passwords differ; nothing was changed.");
        }
        return new String(first);
    }
}
