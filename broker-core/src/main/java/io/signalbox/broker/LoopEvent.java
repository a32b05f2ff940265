package io.signalbox.broker;

import io.signalbox.broker.concurrent.MpscQueue;

/** Something to be done on an event loop: a delivery, an answer. An event is posted once. */
public abstract class LoopEvent extends MpscQueue.Node {

    /** Something without a place of its own. */
    public static LoopEvent of(Runnable task) {
        return new LoopEvent() {
            @Override
            protected void onLoop() {
                task.run();
            }
        };
    }

    /** Called once, on the loop it was posted to. */
    protected abstract void onLoop();
}
