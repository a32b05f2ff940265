package io.signalbox.mqtt.codec;

/** The syntax of topic names and topic filters (§4.7, §4.8.2). Answers yes or no; who asks knows the refusal. Stateless. */
public final class TopicSyntax {

    static final String SHARE_PREFIX = "$share/";

    private TopicSyntax() {}

    /** Whether messages can be published to this name. */
    public static boolean isName(String topic) {
        // MQTT-4.7.3-1: at least one character; MQTT-4.7.0-1: no wildcards in a name. U+0000 was refused as UTF-8.
        return !topic.isEmpty() && topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
    }

    /** Whether this is a topic filter without a share name. */
    public static boolean isFilter(String filter) {
        return isFilter(filter, 0);
    }

    private static boolean isFilter(String filter, int from) {
        int end = filter.length();
        if (from == end) return false; // MQTT-4.7.3-1
        for (int i = from; i < end; i++) {
            char c = filter.charAt(i);
            boolean opensLevel = i == from || filter.charAt(i - 1) == '/';
            boolean closesLevel = i == end - 1 || filter.charAt(i + 1) == '/';
            if (c == '+' && !(opensLevel && closesLevel)) return false; // MQTT-4.7.1-2
            if (c == '#' && !(opensLevel && i == end - 1)) return false; // MQTT-4.7.1-1
        }
        return true;
    }

    /** Whether the filter asks for a shared subscription; it may still be malformed. */
    public static boolean isShared(String filter) {
        return filter.startsWith(SHARE_PREFIX) || filter.equals("$share");
    }

    /** Whether a filter that {@link #isShared} has a share name and a topic filter. */
    public static boolean isSharedFilter(String filter) {
        if (!filter.startsWith(SHARE_PREFIX)) return false;
        int nameEnd = filter.indexOf('/', SHARE_PREFIX.length());
        if (nameEnd <= SHARE_PREFIX.length()) return false; // MQTT-4.8.2-1: a name of at least one character
        for (int i = SHARE_PREFIX.length(); i < nameEnd; i++) {
            char c = filter.charAt(i);
            if (c == '+' || c == '#') return false; // MQTT-4.8.2-2
        }
        return isFilter(filter, nameEnd + 1);
    }

    /** The topics that a filter wants which {@link #isSharedFilter}. */
    public static String sharedTopics(String filter) {
        return filter.substring(filter.indexOf('/', SHARE_PREFIX.length()) + 1);
    }

    /** How many levels a name or filter has; every slash begins one (§4.7.1.1). */
    public static int levels(String topic) {
        int levels = 1;
        for (int i = topic.indexOf('/'); i >= 0; i = topic.indexOf('/', i + 1)) levels++;
        return levels;
    }
}
