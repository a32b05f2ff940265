package io.signalbox.server.control;

import io.netty.channel.Channel;
import io.signalbox.broker.Loop;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import java.util.HashMap;
import java.util.Map;

/** Streams a queue's messages, a window at a time; each is settled when the command has printed it. */
final class ControlQueueSubscription implements ControlSubscription, DeliveryListener {

    /** Messages a command may hold and not have printed. */
    private static final int WINDOW = 64;

    private final Channel channel;
    private final Subscription subscription;
    private final Map<Long, Delivery> unsettled = new HashMap<>();
    private long limit;
    private long delivered;
    private long accepted;

    ControlQueueSubscription(Channel channel, MessageQueue queue, Loop loop, long limit) {
        this.channel = channel;
        this.limit = limit;
        this.subscription =
                queue.subscribe(new SubscriptionSettings(loop, Settlement.BY_CONSUMER, "signalbox subscribe"), this);
        grant();
    }

    private void grant() {
        subscription.grantUpTo(Math.min(limit, accepted + WINDOW));
    }

    @Override
    public void accept(long number) throws ControlRefusal {
        Delivery delivery = unsettled.remove(number);
        if (delivery == null) {
            throw new ControlRefusal(ControlRefusal.NOT_FOUND, "There is no unsettled delivery " + number + ".");
        }
        subscription.settle(delivery, Outcome.ACCEPTED, number);
        accepted++;
        if (accepted % (WINDOW / 2) == 0) grant();
    }

    @Override
    public void onDelivery(Delivery delivery) {
        delivery.message().release();
        if (delivery.message().large().isPresent()) {
            // A line is whole in memory: it stays for others, and the command hears of it.
            subscription.settle(delivery, new Outcome.Modified(false, true));
            channel.write(ControlMessage.of("skipped").with("messages", 1).toLine());
            accepted++;
            limit++;
            grant();
            return;
        }
        long number = ++delivered;
        unsettled.put(number, delivery);
        channel.write(ControlSubscription.toControl(delivery.message(), number).toLine());
    }

    @Override
    public void onBatchEnd() {
        channel.flush();
    }

    @Override
    public void onSettled(long number) {
        channel.write(ControlMessage.of("settled").with("delivery", number).toLine());
    }

    @Override
    public void onDrained() {
        throw new IllegalStateException("nobody has drained this subscription");
    }

    @Override
    public void onQueueDeleted() {
        ControlRefusal gone = new ControlRefusal(ControlRefusal.NOT_FOUND, "The queue has been removed.");
        channel.writeAndFlush(gone.toMessage().toLine());
    }

    @Override
    public void onWritabilityChanged() {
        // The window bounds what is written and not read.
    }

    @Override
    public void close() {
        subscription.close();
    }
}
