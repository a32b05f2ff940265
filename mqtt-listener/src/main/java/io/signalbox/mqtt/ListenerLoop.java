package io.signalbox.mqtt;

import io.netty.channel.EventLoop;
import io.signalbox.broker.Loop;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.mqtt.codec.PacketDecoder;

/**
 * One event loop as the listener sees it: what all loops share, netty's side, the core's side, and its way into the session
 * tables, how its sessions consume, the body it converted last, its turns for retained messages, the time limits of its
 * connections, and what decodes their first packets. Confined to that loop, but for {@link #execute}.
 */
record ListenerLoop(
        ListenerContext context,
        EventLoop eventLoop,
        Loop core,
        SessionJournal journal,
        SubscriptionSettings sessions,
        BodyCache bodies,
        ReplayTurns replayTurns,
        KeepAliveWheel keepAlives,
        PacketDecoder decoder) {

    void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
