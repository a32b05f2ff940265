package io.signalbox.broker.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Selectors (JMS 2.0 §3.8.1) of one message with a property of every kind. */
class FilterTest {

    private static final Map<String, Object> MESSAGE = new HashMap<>();

    static {
        MESSAGE.put("colour", "red");
        MESSAGE.put("quoted", "it's");
        MESSAGE.put("n", 10);
        MESSAGE.put("big", Long.MAX_VALUE);
        MESSAGE.put("min", Long.MIN_VALUE);
        MESSAGE.put("huge", BigInteger.ONE.shiftLeft(64));
        MESSAGE.put("half", 0.5);
        MESSAGE.put("quarter", 0.25f);
        MESSAGE.put("yes", true);
        MESSAGE.put("no", false);
        MESSAGE.put("bytes", new byte[] {1});
        MESSAGE.put("letter", 'x');
        MESSAGE.put("when", Date.from(Instant.ofEpochMilli(1000)));
        MESSAGE.put("id", new UUID(0, 1));
        MESSAGE.put("a-b", "dashed");
        MESSAGE.put("_$ä1", "odd");
        MESSAGE.put("JMSPriority", 7);
        MESSAGE.put("JMSDeliveryMode", "PERSISTENT");
        MESSAGE.put("amqp.subject", "s");
    }

    private static boolean matches(String selector) {
        return Filter.ofSelector(selector).matches(new MapSelectable(MESSAGE));
    }

    private static String refusal(String selector) {
        return String.valueOf(assertThrows(FilterSyntaxException.class, () -> Filter.ofSelector(selector), selector)
                .getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "colour = 'red'",
                "colour='red'AND n=10",
                "colour\t=\f'red'\r\n",
                "quoted = 'it''s'",
                "n = 10.0 AND n = 1e1 AND n = 10d AND n = 1.0E+1f",
                "n = 0xA AND n = 0Xa AND n = 012 AND n = 10L AND n = 10l",
                "0 = 0 AND 0L = 0 AND 00 = 0",
                "big = 9223372036854775807 AND min = -9223372036854775808 AND big = 0x7fffffffffffffff",
                "huge > big",
                "half = .5 AND half = 5.E-1 AND quarter = 0.25",
                "-n = -10 AND - -n = 10 AND +n = 10 AND -(n) = -10",
                "n + 2 * 3 = 16 AND (n + 2) * 3 = 36 AND n - 1 - 1 = 8 AND n / 2 / 5 = 1",
                "n / 4 = 2 AND n / 4.0 = 2.5",
                "n BETWEEN 10 AND 10 AND n NOT BETWEEN 11 AND 20 AND n BETWEEN n - 1 AND n + 1",
                "colour IN ('blue', 'red') AND colour NOT IN ('blue')",
                "colour LIKE 'r%' AND colour LIKE '_e_' AND colour NOT LIKE 'r_'",
                "missing IS NULL AND colour IS NOT NULL AND bytes IS NOT NULL",
                "yes AND NOT no",
                "yes = TRUE AND no = false AND yes <> no AND (n = 10) = TRUE",
                "yEs IS NULL AND tRuE",
                "n = 11 OR n = 12 AND n = 13 OR n = 10",
                "NOT n = 11 AND NOT (n = 11 AND missing = 1)",
                "missing = 1 OR yes",
                "letter = 'x' AND when = 1000 AND id = '00000000-0000-0000-0000-000000000001'",
                "\"a-b\" = 'dashed' AND _$ä1 = 'odd'",
                "JMSPriority > 4 AND JMSDeliveryMode = 'PERSISTENT' AND amqp.subject = 's'",
                "n <> 11 AND n < 11 AND n <= 10 AND n > 9 AND n >= 10",
                "colour <> 'blue'",
                "NOT (colour = 5)",
                "big + 1 < 0",
                "NOT NOT NOT no",
            })
    void whatHoldsMatches(String selector) {
        assertTrue(matches(selector), selector);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "colour = 'blue'",
                "colour = 'RED'",
                "Colour = 'red'",
                "n = '10'",
                "n <> '10'",
                "colour = 5",
                "colour > n",
                "missing = 1",
                "missing <> 1",
                "NOT (missing = 1)",
                "missing = missing",
                "missing IN ('a')",
                "missing NOT IN ('a')",
                "missing LIKE '%'",
                "missing NOT LIKE 'a'",
                "missing BETWEEN 1 AND 2",
                "missing NOT BETWEEN 1 AND 2",
                "n BETWEEN 1 AND missing",
                "n + missing = 10",
                "n / 0 = 1 OR n / 0 <> 1",
                "colour + 1 = 1 OR NOT (colour + 1 = 1)",
                "n",
                "colour",
                "colour OR no",
                "NOT colour",
                "bytes = bytes",
                "missing = 1 AND yes",
                "yes > no",
                "0.0 / 0.0 = 0.0 / 0.0",
            })
    void whatIsFalseOrUnknownDoesNot(String selector) {
        assertFalse(matches(selector), selector);
    }

    @Test
    void whatIsFalseWhateverIsUnknownIsFalse() {
        assertTrue(matches("NOT (missing = 1 AND no)"));
        assertTrue(matches("n NOT BETWEEN missing AND 5"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "n = | 4 | expected a name, a value or (, found the end",
                "n = 1 n | 7 | nothing fits here any more, but there is n",
                "(n = 1 | 7 | expected ), found the end",
                "n == 1 | 4 | expected a name, a value or (, found =",
                "n != 1 | 3 | the character ! has no meaning here; not equal is written <>",
                "n = 'a | 5 | what begins with ' has no end; close it with '",
                "1a = 1 | 1 | the number runs into a name; a name does not begin with a digit",
                "1e = 1 | 1 | the exponent of 1e has no digits",
                "n = 08 | 5 | 08 is no number of its base, or larger than a long holds",
                "n = 9223372036854775808 | 5 | 9223372036854775808 is no number of its base, or larger than a long holds",
                "n = 1e999 | 5 | 1e999 is larger than a double holds",
                "'red' | 1 | a condition is wanted here, not a value; compare it with something",
                "yes AND 1 | 9 | a condition is wanted here, not a value; compare it with something",
                "NOT 'a' | 5 | a condition is wanted here, not a value; compare it with something",
                "n + 'a' = 1 | 5 | a number is wanted here",
                "n < 'a' | 5 | only numbers have an order; strings and booleans are compared with = and <>",
                "TRUE >= n | 1 | only numbers have an order; strings and booleans are compared with = and <>",
                "1 < n < 3 | 7 | comparisons do not follow each other; join them with AND",
                "n BETWEEN 1 | 12 | expected AND and the upper bound of BETWEEN, found the end",
                "n IN (1) | 7 | expected a string, as IN takes no others, found 1",
                "n IN () | 7 | expected a string, as IN takes no others, found )",
                "n IN ('a' 'b') | 11 | expected , or ) after a string of IN, found the string 'b'",
                "'a' IN ('a') | 1 | the name of a property or header field is wanted here",
                "1 IS NULL | 1 | the name of a property or header field is wanted here",
                "n IS 1 | 6 | expected NULL after IS, found 1",
                "n NOT = 1 | 7 | expected BETWEEN, IN or LIKE after NOT, found =",
                "n LIKE m | 8 | expected a pattern in quotes after LIKE, found m",
                "n LIKE 'a' ESCAPE 'ab' | 19 | expected one character in quotes after ESCAPE, found the string 'ab'",
                "n LIKE 'a!' ESCAPE '!' | 8 | the pattern ends in its escape character",
                "JMSRedelivered | 1 | JMSRedelivered cannot be selected by (JMS 2.0 §3.8.1.1)",
                "NULL = n | 1 | expected a name, a value or (, found NULL",
                "\"\" = 1 | 1 | a name has at least one character",
            })
    void aMistakeIsNamedWithItsPlace(String selector, int column, String sentence) {
        assertEquals("the selector is not valid at column " + column + ": " + sentence, refusal(selector));
    }

    @Test
    void anEmptySelectorIsNone() {
        refusal("");
        refusal("  ");
    }

    @Test
    void whatWouldCostTooMuchIsRefused() {
        assertTrue(matches("(".repeat(63) + "yes" + ")".repeat(63)));
        assertTrue(refusal("(".repeat(4000) + "yes").contains("nests deeper"));
        assertTrue(refusal("NOT ".repeat(2000) + "yes").contains("nests deeper"));
        assertTrue(refusal("n = " + "- ".repeat(4000) + "1").contains("nests deeper"));
        assertTrue(refusal("n = 1" + " + 1".repeat(2000)).contains("arithmetic operations"));
        assertTrue(refusal("n LIKE 'a'" + " OR n LIKE 'a'".repeat(40)).contains("patterns"));
        assertTrue(refusal("n LIKE '" + "a".repeat(2000) + "'").contains("a pattern has at most"));
        assertTrue(refusal("n = '" + "a".repeat(9000) + "'").contains("characters; shorten it"));
    }

    @Test
    void aLongListOfConditionsNeedsNoDepth() {
        assertTrue(matches("n = 1" + " OR n = 2".repeat(800) + " OR n = 10"));
        assertTrue(matches("n = 10" + " AND n = 10".repeat(700)));
    }

    @Test
    void aTextThatIsTooLongIsThereAndLikeNothing() {
        String text = "a".repeat(65_536);
        MapSelectable message = new MapSelectable(Map.of("long", text, "longer", text + "a"));
        assertTrue(Filter.ofSelector("long LIKE 'a%' AND long = long").matches(message));
        assertFalse(Filter.ofSelector("longer LIKE 'a%' OR longer = longer OR longer IS NULL")
                .matches(message));
    }

    @Test
    void theMostExpensiveQuestionHasAnEnd() {
        String patterns =
                "long LIKE '" + "%a_".repeat(70) + "b'" + (" OR long LIKE '" + "%a_".repeat(70) + "b'").repeat(31);
        Filter filter = Filter.ofSelector(patterns);
        MapSelectable message = new MapSelectable(Map.of("long", "a".repeat(65_536)));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begun = threads.getCurrentThreadCpuTime(); // how busy the machine is must not decide
        assertFalse(filter.matches(message));
        long millis = TimeUnit.NANOSECONDS.toMillis(threads.getCurrentThreadCpuTime() - begun);
        assertTrue(millis < 2000, millis + " ms");
    }

    @Test
    void whatCannotBeDecodedMatchesNothing() {
        Selectable unreadable = new Selectable() {
            @Override
            public Object field(Field field) {
                throw new IllegalArgumentException("cut off");
            }

            @Override
            public Object property(String name) {
                throw new IllegalArgumentException("cut off");
            }
        };
        assertFalse(Filter.ofSelector("a IS NULL").matches(unreadable));
    }
}
