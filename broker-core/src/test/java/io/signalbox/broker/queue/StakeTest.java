package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StakeTest {

    private final Consumer consumer = new Consumer(null, new SubscriptionSettings(null, Settlement.BY_CONSUMER, "c"));
    private final Stake stake = consumer.stake();

    private Delivery delivery(long lsn) {
        Message message = TestMessages.durable("q", "m");
        return new Delivery(consumer, new Entry(lsn, 0, message), message, false);
    }

    /** Against a set, with deliveries that are taken out wherever they are, and come back. */
    @Test
    void hasTheDeliveriesThatWereAddedAndNotRemovedInTheirOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Delivery> deliveries = new ArrayList<>();
        for (int lsn = 1; lsn <= 6; lsn++) deliveries.add(delivery(lsn));
        Set<Delivery> expected = new LinkedHashSet<>();
        for (int step = 0; step < 10_000; step++) {
            Delivery delivery = deliveries.get(random.nextInt(deliveries.size()));
            if (random.nextInt(500) == 0) {
                expected.clear();
                stake.clear();
            } else if (random.nextBoolean()) {
                expected.remove(delivery);
                stake.remove(delivery);
            } else if (expected.add(delivery)) {
                stake.add(delivery);
            }
            String when = "seed " + seed + ", step " + step;
            assertEquals(List.copyOf(expected), stake.acquired(), when);
            for (Delivery each : deliveries) assertEquals(expected.contains(each), stake.has(each), when);
        }
    }
}
