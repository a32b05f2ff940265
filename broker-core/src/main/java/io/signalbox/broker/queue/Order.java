package io.signalbox.broker.queue;

import io.signalbox.broker.message.Envelope;

/**
 * The place of an entry in its queue as one number: first the priority, the higher the earlier, then the order of arrival. An
 * entry of the default priority has just its number of arrival. Pure functions.
 */
final class Order {

    /** Before every place. */
    static final long BEGINNING = Long.MIN_VALUE;

    /** Places of one priority; no queue sees as many messages. */
    private static final int ARRIVAL_BITS = 56;

    private static final int HIGHEST_PRIORITY = 9;

    /** How many priorities there are. */
    static final int LEVELS = HIGHEST_PRIORITY + 1;

    private Order() {}

    static long place(int priority, long arrival) {
        return ((long) (Envelope.DEFAULT_PRIORITY - priority) << ARRIVAL_BITS) + arrival;
    }

    /** 0 for the priority that comes first, up to {@link #LEVELS} less one. */
    static int level(long place) {
        return (int) (place >> ARRIVAL_BITS) + HIGHEST_PRIORITY - Envelope.DEFAULT_PRIORITY;
    }

    static boolean isOfDefaultPriority(long place) {
        return place >> ARRIVAL_BITS == 0;
    }
}
