package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A browser in a scenario: sees each message once, in order, within its credit, and takes none. */
final class ScenarioBrowser implements DeliveryListener {

    final Subscription subscription;
    final Set<String> seen = new LinkedHashSet<>();
    boolean drained;
    private final ScenarioWish wish;
    private final ScenarioPriorities priorities;
    private final Map<String, Integer> last = new HashMap<>();
    private long mostGranted;

    ScenarioBrowser(
            MessageQueue queue,
            Loop loop,
            SubscriptionSettings.Settlement settlement,
            ScenarioWish wish,
            ScenarioPriorities priorities) {
        this.wish = wish;
        this.priorities = priorities;
        SubscriptionSettings settings =
                new SubscriptionSettings(loop, settlement, "browser", wish.filter(), SubscriptionSettings.Mode.BROWSE);
        this.subscription = queue.subscribe(settings, this);
    }

    void grant(int more) {
        long limit = seen.size() + (long) more;
        mostGranted = Math.max(mostGranted, limit);
        subscription.grantUpTo(limit);
    }

    @Override
    public void onDelivery(Delivery delivery) {
        String text = TestMessages.text(delivery.message());
        assertTrue(seen.add(text), text + " was shown twice");
        assertTrue(seen.size() <= mostGranted, "a browser's credit exceeded");
        assertTrue(wish.wants(text), text + " was shown to who wants " + wish);
        int space = text.indexOf(' ');
        int number = Integer.parseInt(text.substring(space + 1));
        Integer before = last.put(text.substring(0, space) + priorities.of(text), number);
        assertTrue(before == null || before < number, text + " was shown after " + before);
        assertFalse(drained, text + " came after the end");
        // whatever is said of a copy, the message stays
        if (!delivery.isSettled() && number % 2 == 0) subscription.settle(delivery, Outcome.ACCEPTED);
    }

    @Override
    public void onDrained() {
        drained = true;
    }

    @Override
    public void onSettled(long token) {
        assertEquals(0, token, "no answer was asked for");
    }

    @Override
    public void onQueueDeleted() {}
}
