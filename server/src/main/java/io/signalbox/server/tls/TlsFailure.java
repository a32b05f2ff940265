package io.signalbox.server.tls;

/** A certificate or key cannot be used. The message is one sentence for an operator: what is wrong and, if there is one, the fix. */
public final class TlsFailure extends Exception {
    private static final long serialVersionUID = 1L;

    TlsFailure(String sentence) {
        super(sentence);
    }

    TlsFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
