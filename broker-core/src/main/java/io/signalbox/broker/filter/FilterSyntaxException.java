package io.signalbox.broker.filter;

/** A filter is not written as its language wants it. The message is a sentence for whoever wrote it, with the column. */
public final class FilterSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int column;

    FilterSyntaxException(int column, String sentence) {
        super("the selector is not valid at column " + column + ": " + sentence);
        this.column = column;
    }

    /** The place in the text, from 1. */
    public int column() {
        return column;
    }
}
