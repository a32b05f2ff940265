package io.signalbox.broker.filter;

/**
 * A predicate over messages, kept with the text it was written as. Immutable. What it costs to ask is bounded by the length of
 * its text times that of the longest string it looks at, which has at most 65,536 characters.
 */
public final class Filter {

    /** The longest text a filter is read from, in characters. */
    public static final int MAX_TEXT_CHARS = 8192;

    private final String text;
    private final Expression condition;

    private Filter(String text, Expression condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Reads a selector of JMS 2.0 §3.8.1.
     *
     * @throws FilterSyntaxException if it is not one
     */
    public static Filter ofSelector(String text) {
        if (text.length() > MAX_TEXT_CHARS) {
            throw new FilterSyntaxException(
                    MAX_TEXT_CHARS + 1, "it has more than " + MAX_TEXT_CHARS + " characters; shorten it");
        }
        return new Filter(text, SelectorParser.parse(text));
    }

    /** As it was written. */
    public String text() {
        return text;
    }

    /**
     * Whether the message is wanted. What is unknown is not (JMS 2.0 §3.8.1.2), and neither is a message that cannot be
     * decoded: whoever published it harms only itself.
     */
    public boolean matches(Selectable message) {
        try {
            return Boolean.TRUE.equals(condition.evaluate(message));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Filter filter && filter.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
