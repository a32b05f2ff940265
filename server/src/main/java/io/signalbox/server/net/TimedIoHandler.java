package io.signalbox.server.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.signalbox.broker.concurrent.BusyWait;
import io.signalbox.broker.concurrent.BusyWaits;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a loop waits between its turns, busily while that pays, and how long the turns take. One turn is what the sockets that are
 * ready ask for, which the handler inside reports, and then the tasks, which are all that happens until the loop comes back here.
 * Confined to its event loop.
 */
final class TimedIoHandler implements IoHandler {

    /** A peer that is asked and is near has answered by then. */
    private static final long BUSY_NANOS = TimeUnit.MICROSECONDS.toNanos(80);

    private final IoHandler inside;
    private final LongSupplier nanoTime;
    private final LoopTurns turns;
    private final BusyWait busyWait;
    private long ioNanos;
    private long leftAt;
    private @Nullable Listening listening;

    private TimedIoHandler(IoHandler inside, LoopTurns turns, BusyWait busyWait, LongSupplier nanoTime) {
        this.inside = inside;
        this.busyWait = busyWait;
        this.turns = turns;
        this.nanoTime = nanoTime;
        this.leftAt = nanoTime.getAsLong();
    }

    /** Handlers of one group. */
    interface Turns {
        /** For one more loop. */
        LoopTurns ofNewLoop();
    }

    static IoHandlerFactory around(IoHandlerFactory inside, Turns turns, BusyWaits busyWaits, LongSupplier nanoTime) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new TimedIoHandler(
                        inside.newHandler(executor), turns.ofNewLoop(), busyWaits.upTo(BUSY_NANOS, nanoTime), nanoTime);
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
        Listening listening = listeningTo(context);
        if (context.canBlock()) wait(listening, now);
        else listening.run();
        leftAt = nanoTime.getAsLong();
        return listening.handled;
    }

    private void wait(Listening listening, long begun) {
        if (!busyWait.sees(listening)) listening.run();
        busyWait.waited(nanoTime.getAsLong() - ioNanos - begun);
    }

    /** A loop has one context, which comes with every turn. */
    private Listening listeningTo(IoHandlerContext context) {
        Listening known = listening;
        if (known != null && known.context == context) return known;
        Listening begun = new Listening(context);
        listening = begun;
        return begun;
    }

    private final class Listening implements IoHandlerContext, BooleanSupplier {
        private final IoHandlerContext context;
        private boolean looks;
        private int handled;

        Listening(IoHandlerContext context) {
            this.context = context;
        }

        void run() {
            handled = inside.run(this);
        }

        /** Whether a socket has become ready or there is a task, now. */
        @Override
        public boolean getAsBoolean() {
            looks = true;
            try {
                run();
            } finally {
                looks = false; // the loop goes on after whatever was thrown, and has to sleep again
            }
            return handled > 0 || !context.canBlock();
        }

        @Override
        public boolean canBlock() {
            return !looks && context.canBlock();
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
