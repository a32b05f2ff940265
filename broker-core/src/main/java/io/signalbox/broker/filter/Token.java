package io.signalbox.broker.filter;

/**
 * A word of a selector.
 *
 * @param text as it stands there; a string or quoted name without its quotes
 * @param column where it begins, from 1
 */
record Token(Kind kind, String text, int column) {

    /** What a word can be. The reserved ones are written in any case (JMS 2.0 §3.8.1.1). */
    enum Kind {
        NAME("a name"),
        STRING("a string"),
        INTEGER("a number"),
        DECIMAL("a number"),
        SYMBOL("a symbol"),
        NULL("NULL"),
        TRUE("TRUE"),
        FALSE("FALSE"),
        NOT("NOT"),
        AND("AND"),
        OR("OR"),
        BETWEEN("BETWEEN"),
        LIKE("LIKE"),
        IN("IN"),
        IS("IS"),
        ESCAPE("ESCAPE"),
        END("the end");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** For a sentence about it. */
    String shown() {
        return switch (kind) {
            case STRING -> "the string '" + shortened() + "'";
            case NAME, INTEGER, DECIMAL, SYMBOL -> shortened();
            default -> kind.words;
        };
    }

    private String shortened() {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
