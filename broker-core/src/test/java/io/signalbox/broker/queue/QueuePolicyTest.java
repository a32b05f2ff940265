package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.queue.QueuePolicy.Scope;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which queues a policy is for. */
class QueuePolicyTest {

    private static QueuePolicy policy(String pattern, Scope scope) {
        return new QueuePolicy("p", pattern, scope, QueueLimits.UNLIMITED);
    }

    @Test
    void aPatternMatchesWhatAnExpressionWithItsStarsDoes() {
        SplittableRandom random = new SplittableRandom(11);
        int matches = 0;
        for (int i = 0; i < 200_000; i++) {
            String pattern = text(random, "ab*", 1 + random.nextInt(6));
            String name = text(random, "ab", 1 + random.nextInt(7));
            boolean expected = Pattern.matches(pattern.replace("*", ".*"), name);
            QueueSettings queue = QueueSettings.durable(name, "test");
            assertEquals(expected, policy(pattern, Scope.QUEUES).governs(queue), pattern + " and " + name);
            if (expected) matches++;
        }
        assertTrue(matches > 10_000, matches + " matches");
    }

    private static String text(SplittableRandom random, String letters, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) text.append(letters.charAt(random.nextInt(letters.length())));
        return text.toString();
    }

    @Test
    void subscriptionsAreMeantOnlyWhenThatIsSaid() {
        QueueSettings shared = QueueSettings.durable("q", "test");
        for (QueueSettings subscription : new QueueSettings[] {
            QueueSettings.session("q", true, "test"),
            QueueSettings.group("q", true, "test"),
            QueueSettings.subscription("q", true, "test")
        }) {
            assertFalse(policy("*", Scope.QUEUES).governs(subscription));
            assertTrue(policy("*", Scope.SUBSCRIPTIONS).governs(subscription));
            assertTrue(policy("*", Scope.ALL).governs(subscription));
        }
        assertTrue(policy("*", Scope.QUEUES).governs(shared));
        assertFalse(policy("*", Scope.SUBSCRIPTIONS).governs(shared));
        assertTrue(policy("q", Scope.ALL).governs(shared));
    }
}
