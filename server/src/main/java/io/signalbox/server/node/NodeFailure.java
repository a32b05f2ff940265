package io.signalbox.server.node;

/** The node cannot start. The message is one sentence for an operator: the cause and what to do. */
public final class NodeFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public NodeFailure(String sentence) {
        super(sentence);
    }

    public NodeFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
