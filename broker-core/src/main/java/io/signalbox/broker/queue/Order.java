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

    /** The place of an entry by its {@link #level} and its number of arrival there. */
    static long placeAtLevel(int level, long arrival) {
        return place(HIGHEST_PRIORITY - level, arrival);
    }

    /** The number of arrival among the entries of the same priority. */
    static long arrival(long place) {
        return place & (1L << ARRIVAL_BITS) - 1;
    }

    /** 0 for the priority that comes first, up to {@link #LEVELS} less one. */
    static int level(long place) {
        return (int) (place >> ARRIVAL_BITS) + HIGHEST_PRIORITY - Envelope.DEFAULT_PRIORITY;
    }

    static boolean isOfDefaultPriority(long place) {
        return place >> ARRIVAL_BITS == 0;
    }
}
