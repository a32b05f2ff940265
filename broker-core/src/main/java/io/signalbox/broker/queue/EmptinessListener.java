package io.signalbox.broker.queue;

import io.signalbox.broker.Loop;

/** Waits for a queue's last message to go. */
public interface EmptinessListener {

    /** On the queue's home loop; messages may have come since. */
    void onEmpty(Loop home);
}
