package io.signalbox.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.signalbox.broker.concurrent.BusyWaits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the handler inside is asked for, with a clock and sockets that do as they are told. */
class TimedIoHandlerTest {

    private long now;
    private final List<String> asked = new ArrayList<>();
    private final Sockets sockets = new Sockets();
    private final Tasks tasks = new Tasks();
    private final BusyWaits busyWaits = BusyWaits.ofProcessors(2);
    private final IoHandler handler = TimedIoHandler.around(
                    sockets.factory(), () -> new LoopTurns(new LongAdder(), 0), busyWaits, () -> now)
            .newHandler(Loop.NONE);

    @Test
    void aLoopSleepsAtFirst() {
        handler.run(tasks);
        assertEquals(List.of("sleeps"), asked);
    }

    @Test
    void aLoopLooksOnceItsWaitsWereShort() {
        afterShortWaits();
        sockets.readyAfterLooks = 3;
        assertEquals(1, handler.run(tasks));
        assertEquals(List.of("looks", "looks", "looks"), asked);
    }

    @Test
    void aTaskEndsALook() {
        afterShortWaits();
        sockets.readyAfterLooks = Integer.MAX_VALUE;
        tasks.afterLooks = 2;
        assertEquals(0, handler.run(tasks));
        assertEquals(List.of("looks", "looks"), asked);
    }

    @Test
    void whatDoesNotComeIsSleptFor() {
        afterShortWaits();
        sockets.readyAfterLooks = Integer.MAX_VALUE;
        sockets.nanosOfLook = 50_000;
        handler.run(tasks);
        handler.run(tasks);
        assertEquals(List.of("looks", "looks", "sleeps", "sleeps"), asked);
    }

    @Test
    void whatASocketTakesIsNoPartOfTheWait() {
        sockets.nanosOfWork = 10_000_000;
        afterShortWaits();
        sockets.readyAfterLooks = 1;
        handler.run(tasks);
        assertEquals(List.of("looks"), asked);
    }

    @Test
    void aLoopWithTasksDoesNotWait() {
        afterShortWaits();
        tasks.afterLooks = 0;
        handler.run(tasks);
        assertEquals(List.of("looks"), asked, "once, for what is ready beside the tasks");
    }

    /** Netty goes on after what a turn throws, and the loop must not turn without rest because it was looking then. */
    @Test
    void aLoopSleepsAgainAfterALookThatFailed() {
        afterShortWaits();
        sockets.failure = new StackOverflowError();
        assertThrows(StackOverflowError.class, () -> handler.run(tasks));
        sockets.failure = null;
        busyWaits.upTo(1, () -> now).works();
        handler.run(tasks);
        assertEquals(List.of("sleeps"), asked, "another thread has the only place to look from");
    }

    private void afterShortWaits() {
        for (int i = 0; i < 4; i++) handler.run(tasks);
        asked.clear();
    }

    private final class Tasks implements IoHandlerContext {
        private int afterLooks = Integer.MAX_VALUE;

        @Override
        public boolean canBlock() {
            return asked.size() < afterLooks;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public long deadlineNanos() {
            return Long.MAX_VALUE;
        }
    }

    private final class Sockets implements IoHandler {
        private int readyAfterLooks;
        private long nanosOfLook = 1;
        private long nanosOfWork;
        private @Nullable Error failure;

        IoHandlerFactory factory() {
            return executor -> this;
        }

        @Override
        public int run(IoHandlerContext context) {
            boolean sleeps = context.canBlock();
            if (failure != null) throw failure;
            asked.add(sleeps ? "sleeps" : "looks");
            now += sleeps ? 1_000 : nanosOfLook;
            if (!sleeps && asked.size() < readyAfterLooks) return 0;
            now += nanosOfWork;
            context.reportActiveIoTime(nanosOfWork);
            return 1;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException("nothing registers here");
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }

    private enum Loop implements ThreadAwareExecutor {
        NONE;

        @Override
        public boolean isExecutorThread(Thread thread) {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            throw new UnsupportedOperationException("no loop runs here");
        }
    }
}
