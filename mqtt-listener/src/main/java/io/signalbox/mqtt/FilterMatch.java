package io.signalbox.mqtt;

/** Whether one topic filter matches one topic name (§4.7), without the tree that finds all that do. Stateless. */
final class FilterMatch {

    private FilterMatch() {}

    /** Both are valid: a wildcard in the filter fills its level, and {@code #} is the last. */
    static boolean matches(String filter, String topic) {
        if (topic.charAt(0) == '$' && isWildcard(filter.charAt(0))) return false; // MQTT-4.7.2-1
        int f = 0;
        int t = 0;
        while (true) {
            int filterEnd = levelEnd(filter, f);
            if (f < filterEnd && filter.charAt(f) == '#') return true;
            int topicEnd = levelEnd(topic, t);
            boolean single = filterEnd - f == 1 && filter.charAt(f) == '+';
            int length = filterEnd - f;
            if (!single && (length != topicEnd - t || !filter.regionMatches(f, topic, t, length))) return false;
            boolean filterEnds = filterEnd == filter.length();
            boolean topicEnds = topicEnd == topic.length();
            // §4.7.1.2: the parent level belongs to "parent/#" as well.
            if (topicEnds) return filterEnds || filter.substring(filterEnd).equals("/#");
            if (filterEnds) return false;
            f = filterEnd + 1;
            t = topicEnd + 1;
        }
    }

    private static boolean isWildcard(char c) {
        return c == '+' || c == '#';
    }

    private static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }
}
