package io.signalbox.server.node;

import io.signalbox.broker.message.MessageFormats;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import java.nio.file.Path;

/** What a node keeps its messages in: files, or in tests whatever misbehaves as the test wants. */
public interface StoreFactory {

    /**
     * Opens a store; the broker recovers and closes it.
     *
     * @throws StoreException if the directory cannot be used; the sentence says why
     */
    MessageStore open(Path dataDirectory, MessageFormats formats) throws StoreException;
}
