package io.signalbox.broker.routing;

/** How topic names are split and what the wildcards are. */
public enum TopicSyntax {
    /** {@code a/b/c}, {@code +}, {@code #} at the end only, and the rule for names that begin with {@code $} (MQTT 5.0 §4.7). */
    MQTT('/', "+"),
    /** {@code a.b.c}, {@code *}, {@code #} anywhere. */
    AMQP('.', "*");

    /** Levels a filter or a routed name may have: what deeper ones would cost is not worth what they could say. */
    public static final int MAX_LEVELS = 200;

    static final String MULTI = "#";

    final char separator;
    final String single;

    TopicSyntax(char separator, String single) {
        this.separator = separator;
        this.single = single;
    }

    /**
     * Splits a filter and checks it.
     *
     * @throws IllegalArgumentException if it is not valid; the sentence says why
     */
    String[] filterLevels(String filter) {
        String[] levels = split(filter);
        for (int i = 0; i < levels.length; i++) {
            if (this == AMQP) continue;
            String level = levels[i];
            // MQTT-4.7.1-1
            if (level.equals(MULTI) && i < levels.length - 1) {
                throw new IllegalArgumentException("# is only allowed as the last level of the filter " + filter);
            }
            // MQTT-4.7.1-1, MQTT-4.7.1-2
            if (level.length() > 1 && (level.indexOf('#') >= 0 || level.indexOf('+') >= 0)) {
                throw new IllegalArgumentException("a wildcard fills its whole level, unlike in the filter " + filter);
            }
        }
        return levels;
    }

    /** Whether a name has a wildcard, so that it can be subscribed to but not published to. */
    public boolean hasWildcard(String name) {
        return name.indexOf('#') >= 0 || name.indexOf(single.charAt(0)) >= 0;
    }

    private String[] split(String filter) {
        int count = 1;
        for (int i = 0; i < filter.length(); i++) {
            if (filter.charAt(i) == separator) count++;
        }
        if (count > MAX_LEVELS) {
            throw new IllegalArgumentException("a filter has at most " + MAX_LEVELS + " levels, this one has " + count);
        }
        String[] levels = new String[count];
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = filter.indexOf(separator, from);
            levels[i] = filter.substring(from, to < 0 ? filter.length() : to);
            from = to + 1;
        }
        return levels;
    }
}
