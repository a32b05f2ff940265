package io.signalbox.benchmarks;

import picocli.CommandLine;

/** Where the JVM starts. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RunCommand()).execute(arguments));
    }
}
