package io.signalbox.server.node;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.signalbox.broker.Broker;
import io.signalbox.broker.Loop;
import java.util.concurrent.TimeUnit;

/** Tells every loop of the core what time it is, some times a second, so that what expires does so in time. Stateless. */
final class AlarmClock {

    private static final long TICK_MILLIS = 250;

    private AlarmClock() {}

    /** Once all that an earlier life left has its owner. */
    static void start(EventLoopGroup group, Broker broker) {
        for (EventExecutor executor : group) {
            Loop loop = broker.loopOf(executor);
            // A loop that is shut down drops the task with it.
            var unused = executor.scheduleAtFixedRate(
                    () -> broker.tick(loop), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
