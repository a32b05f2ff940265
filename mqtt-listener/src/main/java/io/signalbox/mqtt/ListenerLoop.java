package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import io.signalbox.broker.Loop;

/**
 * One event loop as the listener sees it: what all loops share, netty's side, the core's side, and its way into the session
 * tables, the body it converted last, its turns for retained messages, and the time limits of its connections. Confined to
 * that loop, but for {@link #execute}.
 */
record ListenerLoop(
        ListenerContext context,
        EventLoop eventLoop,
        Loop core,
        SessionJournal journal,
        BodyCache bodies,
        ReplayTurns replayTurns,
        KeepAliveWheel keepAlives) {

    void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
