package io.signalbox.broker.queue;

import java.util.Optional;

/** Receives the image of a queue, on the thread that drains it or on a reader's. */
public interface CaptureListener {

    /**
     * A part of it.
     *
     * @param part empty if there is nothing to tell
     * @param next asks for the next part, once, on a loop; empty when this was the last one
     */
    void captured(byte[] part, Optional<Runnable> next);

    /** There will be no more, because something is wrong with the queue. */
    void failed(RuntimeException cause);
}
