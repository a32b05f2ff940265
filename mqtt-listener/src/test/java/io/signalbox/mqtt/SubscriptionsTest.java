package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubscriptionsTest {

    private Subscriptions subscriptions = SeveralSubscriptions.NONE;

    private static SessionSubscription subscription(String filter, int qos, int identifier) {
        return new SessionSubscription(filter, qos, false, false, identifier);
    }

    /** Against a map, with none, one and several, in whatever order they come and go. */
    @Test
    void areThoseThatWerePutAndNotRemoved() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, SessionSubscription> expected = new LinkedHashMap<>();
        for (int step = 0; step < 10_000; step++) {
            String filter = (random.nextInt(4) == 0 ? "$share/g/" : "a/") + random.nextInt(3);
            String when = "seed " + seed + ", step " + step;
            if (random.nextBoolean()) {
                SessionSubscription put = subscription(filter, random.nextInt(3), random.nextInt(2));
                expected.put(filter, put);
                subscriptions = subscriptions.with(put);
            } else {
                expected.remove(filter);
                subscriptions = subscriptions.without(filter);
            }
            assertEquals(List.copyOf(expected.values()), List.copyOf(subscriptions.all()), when);
            assertEquals(Optional.ofNullable(expected.get(filter)), subscriptions.get(filter), when);
            assertEquals(expected.containsKey(filter), subscriptions.has(filter), when);
            boolean shared = expected.keySet().stream().anyMatch(each -> each.startsWith("$share"));
            assertEquals(shared, subscriptions.haveCompeting(), when);
            long identified = expected.values().stream()
                    .filter(each -> each.filter().equals("a/1") && each.hasIdentifier())
                    .count();
            assertEquals(expected.isEmpty(), subscriptions == SeveralSubscriptions.NONE, when);
            assertEquals(identified, subscriptions.identifiersFor("a/1").size(), when);
            assertEquals(
                    expected.keySet().stream()
                            .mapToLong(SessionSubscription::heapBytes)
                            .sum(),
                    subscriptions.heapBytes(),
                    when);
        }
    }
}
