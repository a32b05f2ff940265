package io.signalbox.server.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the time of a loop's turns. One turn is what the sockets that are ready ask for, which the handler inside reports, and
 * then the tasks, which are all that happens until the loop comes back here. Confined to its event loop.
 */
final class TimedIoHandler implements IoHandler {

    private final IoHandler inside;
    private final LongSupplier nanoTime;
    private final LoopTurns turns;
    private long ioNanos;
    private long leftAt;
    private @Nullable Listening listening;

    private TimedIoHandler(IoHandler inside, LoopTurns turns, LongSupplier nanoTime) {
        this.inside = inside;
        this.turns = turns;
        this.nanoTime = nanoTime;
        this.leftAt = nanoTime.getAsLong();
    }

    /** Handlers of one group. */
    interface Turns {
        /** For one more loop. */
        LoopTurns ofNewLoop();
    }

    static IoHandlerFactory around(IoHandlerFactory inside, Turns turns, LongSupplier nanoTime) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new TimedIoHandler(inside.newHandler(executor), turns.ofNewLoop(), nanoTime);
            }

            @Override
            public boolean isChangingThreadSupported() {
                return inside.isChangingThreadSupported();
            }
        };
    }

    @Override
    public int run(IoHandlerContext context) {
        long now = nanoTime.getAsLong();
        turns.add(ioNanos + now - leftAt, now);
        ioNanos = 0;
        TurnShare.ofThisLoop().turnBegins();
        int handled = inside.run(listeningTo(context));
        leftAt = nanoTime.getAsLong();
        return handled;
    }

    /** A loop has one context, which comes with every turn. */
    private Listening listeningTo(IoHandlerContext context) {
        Listening known = listening;
        if (known != null && known.context == context) return known;
        Listening begun = new Listening(context);
        listening = begun;
        return begun;
    }

    private final class Listening implements IoHandlerContext {
        private final IoHandlerContext context;

        Listening(IoHandlerContext context) {
            this.context = context;
        }

        @Override
        public boolean canBlock() {
            return context.canBlock();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return true;
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            ioNanos += activeNanos;
            if (context.shouldReportActiveIoTime()) context.reportActiveIoTime(activeNanos);
        }
    }

    /** The loop begins to turn; it may have been made long before. */
    @Override
    public void initialize() {
        leftAt = nanoTime.getAsLong();
        inside.initialize();
    }

    @Override
    public void prepareToDestroy() {
        inside.prepareToDestroy();
    }

    @Override
    public void destroy() {
        inside.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return inside.register(LastWords.before(handle));
    }

    @Override
    public void wakeup() {
        inside.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return inside.isCompatible(handleType);
    }
}
