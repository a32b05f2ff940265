package io.signalbox.server.cli;

/** What a command tells the shell; stable, so that scripts can rely on it. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int NOT_FOUND = 3;
    public static final int REFUSED = 4;

    /** No broker answers (EX_UNAVAILABLE of sysexits.h). */
    public static final int UNREACHABLE = 69;

    /** The configuration, a port or the data directory cannot be used (EX_CONFIG of sysexits.h). */
    public static final int CONFIGURATION = 78;

    private ExitCode() {}
}
