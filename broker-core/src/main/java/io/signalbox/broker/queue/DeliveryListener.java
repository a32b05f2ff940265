package io.signalbox.broker.queue;

/**
 * The consumer's side of a subscription. Every method is called on the subscription's event loop. Whoever gathers nothing, never
 * drains, or settles without a token, has nothing to say of that.
 */
public interface DeliveryListener {

    /** One message, resident. Of an unsettled subscription it is owned until {@link Subscription#settle}. */
    void onDelivery(Delivery delivery);

    /** After the last of a batch of calls: the time to flush. */
    default void onBatchEnd() {}

    /** The answer to {@link Subscription#drain}: all that could be delivered within the limit has been. */
    default void onDrained() {}

    /** The answer to a settlement with a token: it is durable. */
    default void onSettled(long token) {}

    /** The queue is gone; nothing more comes from it and nothing can be settled. */
    void onQueueDeleted();
}
