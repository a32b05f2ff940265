package io.signalbox.broker.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells in microseconds whether the same credentials were shown before: an HMAC-SHA-256 of them with a key that only this
 * process has and that ends with it. Thread-safe.
 */
final class Fingerprints {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    Fingerprints() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, ALGORITHM);
    }

    /** @param revision of the user, so that a fingerprint is worth nothing once the password has changed */
    byte[] of(long revision, String user, byte[] password) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(ByteBuffer.allocate(12)
                    .putLong(revision)
                    .putInt(name.length)
                    .array());
            mac.update(name);
            return mac.doFinal(password);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }
}
