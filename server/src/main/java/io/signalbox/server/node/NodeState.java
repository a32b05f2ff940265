package io.signalbox.server.node;

/** Where a node is in its life. */
public enum NodeState {
    RECOVERING("The broker is reading its log."),
    OPENING("The broker is opening its ports."),
    SERVING("The broker serves."),
    STOPPING("The broker is stopping."),
    STORE_FAILED("The store has failed; the log says why. The broker has to be restarted.");

    private final String sentence;

    NodeState(String sentence) {
        this.sentence = sentence;
    }

    /** What the health page says. */
    public String sentence() {
        return sentence;
    }
}
