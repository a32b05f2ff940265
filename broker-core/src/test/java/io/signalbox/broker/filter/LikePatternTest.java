package io.signalbox.broker.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LikePatternTest {

    private static boolean matches(String pattern, String text) {
        return LikePattern.of(pattern, '!').matches(text);
    }

    @Test
    void wildcardsStandForAnything() {
        assertTrue(matches("12%3", "123") && matches("12%3", "12993") && !matches("12%3", "1234"));
        assertTrue(matches("l_se", "lose") && !matches("l_se", "loose"));
        assertTrue(matches("%", "") && matches("%%", "a") && !matches("_", "") && matches("", ""));
        assertTrue(matches("!_%", "_foo") && !matches("!_%", "bar") && matches("!!!%", "!%"));
        assertTrue(matches("a_b", "a\uD83D\uDE00b"), "a character beyond the first plane is one");
        assertTrue(matches("a%b", "a\n\nb"));
    }

    @Test
    void aPatternOfManyWordsKeepsItsPlace() {
        String long1 = "ab".repeat(100);
        assertTrue(matches(long1 + "%" + long1 + "_", long1 + "xyz" + long1 + "c"));
        assertFalse(matches(long1 + "%" + long1 + "_", long1 + "xyz" + long1));
    }

    @Test
    void agreesWithRegularExpressions() {
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String pattern = text(random, "ab_%", 8);
            String text = text(random, "abc", 10);
            String regex = pattern.replace("_", ".").replace("%", ".*");
            assertEquals(
                    Pattern.matches(regex, text),
                    matches(pattern, text),
                    "seed " + seed + ": " + pattern + " on " + text);
        }
    }

    private static String text(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(most); left > 0; left--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
