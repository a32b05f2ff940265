package io.signalbox.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PasswordHashTest {

    /** Made with Python: hashlib.pbkdf2_hmac("sha512", "päss wörd".encode(), bytes(range(16)), 210000, 32). */
    private static final String FOREIGN =
            "pbkdf2-sha512$210000$AAECAwQFBgcICQoLDA0ODw$BhNAHjHnT6fNudUFSwt2ZVyTwx9FATjDcgf/HLYV1SI";

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void onlyThePasswordItWasMadeOfMatches() {
        PasswordHash hash = PasswordHash.of("secret");

        assertTrue(hash.matches(utf8("secret")));
        assertFalse(hash.matches(utf8("Secret")));
        assertFalse(hash.matches(utf8("")));
    }

    @Test
    void itIsThePbkdf2OfOthers() {
        assertTrue(PasswordHash.parse(FOREIGN).matches(utf8("päss wörd")));
    }

    @Test
    void thePasswordOfTwoUsersHasTwoHashes() {
        assertNotEquals(PasswordHash.of("secret"), PasswordHash.of("secret"));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        PasswordHash hash = PasswordHash.of("secret");

        assertEquals(hash, PasswordHash.parse(hash.text()));
    }

    @Test
    void bytesThatAreNoTextMatchNothing() {
        assertFalse(PasswordHash.of("secret").matches(new byte[] {(byte) 0xff, 0, (byte) 0xc0}));
    }

    @Test
    void nothingButAHashIsTakenForOne() {
        for (String text : new String[] {
            "",
            "secret",
            "pbkdf2-sha512$1$AAECAwQFBgcICQoLDA0ODw$AAAA",
            FOREIGN.replace("sha512", "sha1"),
            FOREIGN.replace("AAEC", "A*EC"),
            FOREIGN + "$"
        }) {
            assertThrows(IllegalArgumentException.class, () -> PasswordHash.parse(text), text);
        }
    }

    @Test
    void anEmptyOrEndlessPasswordIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> PasswordHash.of(""));
        assertThrows(IllegalArgumentException.class, () -> PasswordHash.of("ä".repeat(513)));
    }
}
