package io.signalbox.broker.store;

/** The store cannot do what was asked. The message is one sentence for an operator: the cause and the fix. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
