package io.signalbox.server.node;

/**
 * Who is let in, for whoever tells the user. Immutable.
 *
 * @param users how many there are
 * @param anonymousAllowed whether clients may come without a name although there are users
 */
public record SecurityReport(SecurityState state, int users, boolean anonymousAllowed) {

    /** One sentence. */
    public String sentence() {
        return switch (state) {
            case LOCAL -> "Only this machine can connect, without a password.";
            case SECURED ->
                anonymousAllowed
                        ? "Only this machine can connect, also without a password; " + count() + "."
                        : "Everybody has to log in; " + count() + ".";
            case OPEN -> "ANYBODY who reaches this machine can connect without a password and do everything.";
        };
    }

    private String count() {
        return users + (users == 1 ? " user" : " users");
    }
}
