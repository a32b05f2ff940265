package io.signalbox.server;

import io.signalbox.server.cli.SignalboxCommand;

/** The entry point of {@code signalbox.jar}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(SignalboxCommand.execute(arguments));
    }
}
