package io.signalbox.testkit;

import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A consumer that keeps what it gets, and notes which settlements are confirmed. */
class Inbox implements DeliveryListener {
    final List<Delivery> deliveries = new ArrayList<>();
    final Set<Long> confirmed = new HashSet<>();
    private @Nullable Subscription subscription;

    /** Begins to consume; once. */
    void open(MessageQueue queue, SubscriptionSettings wanted, long limit) {
        Subscription opened = queue.subscribe(wanted, this);
        subscription = opened;
        opened.grantUpTo(limit);
    }

    Subscription subscription() {
        return Objects.requireNonNull(subscription);
    }

    @Override
    public void onDelivery(Delivery delivery) {
        deliveries.add(delivery);
    }

    @Override
    public void onSettled(long token) {
        confirmed.add(token);
    }

    @Override
    public void onQueueDeleted() {}
}
