package io.signalbox.broker.security;

import java.security.MessageDigest;
import java.util.Optional;

/**
 * A user as this process knows it. Another password makes another object, with another revision, so that whoever proved the
 * old one can be told apart. Thread-safe.
 */
public final class User {

    /** The longest name, in characters. */
    public static final int MAX_NAME_CHARS = 256;

    private final String name;
    private final PasswordHash hash;
    private final long createdMillis;
    private final long passwordMillis;
    private final long revision;

    /** The fingerprint of the password, once a login has proved it: there is only one. */
    private volatile byte[] proved = new byte[0];

    /**
     * @param createdMillis when the user was added, in milliseconds since 1970
     * @param passwordMillis when the password was set
     * @param revision no other user of this process has or had it, nor this one with another password; positive
     */
    public User(String name, PasswordHash hash, long createdMillis, long passwordMillis, long revision) {
        this.name = name;
        this.hash = hash;
        this.createdMillis = createdMillis;
        this.passwordMillis = passwordMillis;
        this.revision = revision;
    }

    /** What is wrong with a name, in a sentence; empty if nothing is. */
    public static Optional<String> problemOf(String name) {
        if (name.isEmpty()) return Optional.of("A user name is not empty.");
        if (name.length() > MAX_NAME_CHARS) {
            return Optional.of("A user name has at most " + MAX_NAME_CHARS + " characters.");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("A user name has no control characters.");
        }
        if (name.equals(Identity.ANONYMOUS.name())) {
            return Optional.of("\"" + name + "\" is what a client without a user is called; take another name.");
        }
        return Optional.empty();
    }

    public String name() {
        return name;
    }

    public PasswordHash hash() {
        return hash;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public long passwordMillis() {
        return passwordMillis;
    }

    public long revision() {
        return revision;
    }

    /** A login has proved the password with this fingerprint. */
    void proved(byte[] fingerprint) {
        proved = fingerprint;
    }

    boolean isProvedBy(byte[] fingerprint) {
        return MessageDigest.isEqual(proved, fingerprint);
    }
}
