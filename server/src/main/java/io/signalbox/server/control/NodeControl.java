package io.signalbox.server.control;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the command line asks of the node itself. Thread-safe; called on event loops, so nothing here blocks. */
public interface NodeControl {

    /** Connections of all protocols whose peer has proved to be this user. */
    int connectionsOf(String user);

    /** How the node stands. */
    StatusReport status();

    /**
     * Reads the configuration and the certificate again and takes over what can be.
     *
     * @return what has changed, a line each; it fails with one sentence if something could not be taken: then nothing was
     */
    CompletionStage<List<String>> reload();
}
