package io.signalbox.broker;

/** A queue, exchange or binding cannot be made, changed or removed as asked. The message is one sentence for whoever asked. */
public final class CatalogueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of answer this is. */
    public enum Reason {
        NOT_FOUND,
        EXISTS_DIFFERENT,
        INVALID,
        STORE_BUSY,
        STORE_FAILED
    }

    private final Reason reason;

    public CatalogueException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Whether it is the log that could not take the change, and not the change that is wrong. */
    public boolean isOfTheStore() {
        return reason == Reason.STORE_BUSY || reason == Reason.STORE_FAILED;
    }
}
