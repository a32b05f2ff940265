package io.signalbox.broker.security;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.KeySpec;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password as it is kept: PBKDF2 with HMAC-SHA-512 over a salt of its own (RFC 8018 §5.2). All have the same cost, so that
 * the time a check takes tells nothing about the user. Immutable; making and matching one takes about 0.2 s of a processor,
 * so neither is for an event loop.
 */
public final class PasswordHash {

    /** The longest password, in bytes of UTF-8. */
    public static final int MAX_PASSWORD_BYTES = 1024;

    private static final String SCHEME = "pbkdf2-sha512";
    private static final int ITERATIONS = 210_000;
    private static final int SALT_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] salt;
    private final byte[] key;

    private PasswordHash(byte[] salt, byte[] key) {
        this.salt = salt;
        this.key = key;
    }

    /**
     * The hash of a password, with a new salt.
     *
     * @throws IllegalArgumentException in a sentence, if the password is empty or too long
     */
    public static PasswordHash of(String password) {
        check(password);
        byte[] salt = random(SALT_BYTES);
        return new PasswordHash(salt, derive(password.toCharArray(), salt));
    }

    /**
     * Says whether a password can be one, at no cost.
     *
     * @throws IllegalArgumentException in a sentence, if it is empty or too long
     */
    public static void check(String password) {
        if (password.isEmpty()) throw new IllegalArgumentException("A password is not empty.");
        if (password.getBytes(StandardCharsets.UTF_8).length > MAX_PASSWORD_BYTES) {
            throw new IllegalArgumentException("A password has at most " + MAX_PASSWORD_BYTES + " bytes of UTF-8.");
        }
    }

    /** What no password matches, at the same cost: for users that do not exist. */
    static PasswordHash ofNobody() {
        return new PasswordHash(random(SALT_BYTES), random(KEY_BYTES));
    }

    /**
     * Reads what {@link #text} has written.
     *
     * @throws IllegalArgumentException in a sentence, if it is something else
     */
    public static PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (parts.length == 4 && parts[0].equals(SCHEME) && parts[1].equals(String.valueOf(ITERATIONS))) {
            byte[] salt = bytes(parts[2]);
            byte[] key = bytes(parts[3]);
            if (salt.length == SALT_BYTES && key.length == KEY_BYTES) return new PasswordHash(salt, key);
        }
        throw new IllegalArgumentException("A password hash reads " + SCHEME + "$" + ITERATIONS
                + "$salt$key, as `signalbox user hash` prints it.");
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    /** Whether this is the hash of a password, given as a client sent it. */
    public boolean matches(byte[] password) {
        char[] characters;
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
            characters = new char[decoded.remaining()];
            decoded.get(characters);
        } catch (CharacterCodingException e) {
            return false; // no password is made of such bytes, whoever the user is
        }
        return MessageDigest.isEqual(key, derive(characters, salt));
    }

    private static byte[] derive(char[] password, byte[] salt) {
        KeySpec wanted = new PBEKeySpec(password, salt, ITERATIONS, KEY_BYTES * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(wanted)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PBKDF2WithHmacSHA512", e);
        }
    }

    /** The hash as it is stored: scheme, iterations, salt and key. */
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return SCHEME + "$" + ITERATIONS + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PasswordHash hash
                && MessageDigest.isEqual(salt, hash.salt)
                && MessageDigest.isEqual(key, hash.key);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(salt).hashCode();
    }

    @Override
    public String toString() {
        return "PasswordHash"; // a hash is never printed by accident
    }
}
