package io.signalbox.server.control;

/** A request cannot be done: one sentence and the exit code for the command that made it. */
final class ControlRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    static final int FAILED = 1;
    static final int NOT_FOUND = 3;
    static final int REFUSED = 4;
    static final int CONFIGURATION = 78;

    private final int exitCode;

    ControlRefusal(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    ControlMessage toMessage() {
        return ControlMessage.of("refused").with("exit", exitCode).with("sentence", String.valueOf(getMessage()));
    }
}
