package io.signalbox.broker.queue;

/**
 * Limits for queues by their names. Immutable.
 *
 * @param name for the operator
 * @param pattern a name of a queue, in which each {@code *} stands for any characters or none
 * @param appliesTo which of the queues that match
 */
public record QueuePolicy(String name, String pattern, Scope appliesTo, QueueLimits limits) {

    /** Kinds of queues. */
    public enum Scope {
        /** Those that are declared by name, or made for a link. */
        QUEUES,
        /** Those of subscriptions: of MQTT sessions, of shared subscriptions, of named ones. */
        SUBSCRIPTIONS,
        /** Both. */
        ALL
    }

    /** Whether it is for this queue. */
    public boolean governs(QueueSettings queue) {
        boolean isOfScope = switch (appliesTo) {
            case ALL -> true;
            case QUEUES -> queue.purpose() == QueueSettings.Purpose.SHARED;
            case SUBSCRIPTIONS -> queue.purpose() != QueueSettings.Purpose.SHARED;
        };
        return isOfScope && matches(queue.name());
    }

    /** Whatever the name, each of its characters is looked at once for every star at most. */
    private boolean matches(String queue) {
        int star = pattern.indexOf('*');
        if (star < 0) return pattern.equals(queue);
        int last = pattern.lastIndexOf('*');
        String end = pattern.substring(last + 1);
        if (!queue.startsWith(pattern.substring(0, star)) || !queue.endsWith(end)) return false;
        int at = star;
        int limit = queue.length() - end.length();
        while (star < last) {
            int next = pattern.indexOf('*', star + 1);
            String part = pattern.substring(star + 1, next);
            int found = queue.indexOf(part, at);
            if (found < 0) return false;
            at = found + part.length();
            star = next;
        }
        return at <= limit;
    }
}
