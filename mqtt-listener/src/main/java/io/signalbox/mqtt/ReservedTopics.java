package io.signalbox.mqtt;

/** Topics that are the server's own: clients neither publish to them nor leave wills on them (§4.7.2). Stateless. */
final class ReservedTopics {

    private static final String QUEUE_PREFIX = "$queue/";

    private ReservedTopics() {}

    static boolean isReserved(String topic) {
        if (topic.isEmpty() || topic.charAt(0) != '$') return false;
        return topic.equals("$SYS") || topic.startsWith("$SYS/") || topic.startsWith("$share/") || isQueue(topic);
    }

    /** Names a queue, not a topic; queues are not reached over MQTT yet. */
    static boolean isQueue(String topicOrFilter) {
        return topicOrFilter.startsWith(QUEUE_PREFIX);
    }
}
