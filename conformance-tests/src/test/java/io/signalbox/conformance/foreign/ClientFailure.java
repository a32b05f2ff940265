package io.signalbox.conformance.foreign;

/** What a client said when it could not do what it was asked to: usually the broker's refusal in the client's words. */
final class ClientFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    ClientFailure(String sentence) {
        super(sentence);
    }
}
