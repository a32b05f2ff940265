package io.signalbox.mqtt;

/**
 * Topics that are the server's own: clients neither publish to them nor leave wills on them (§4.7.2). What names a queue
 * ({@link NamedQueues}) is no topic either. Stateless.
 */
final class ReservedTopics {

    private ReservedTopics() {}

    static boolean isReserved(String topic) {
        if (topic.isEmpty() || topic.charAt(0) != '$') return false;
        int end = topic.indexOf('/');
        return switch (end < 0 ? topic : topic.substring(0, end)) {
            case "$SYS", "$share", "$queue", "$CONTROL" -> true;
            default -> false;
        };
    }
}
