package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import io.signalbox.broker.Loop;

/** One event loop as the listener sees it: netty's side, the core's side, and its way into the session tables. Immutable. */
record ListenerLoop(EventLoop eventLoop, Loop core, SessionJournal journal) {

    void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
