package io.signalbox.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Event loops that run when the test says so, on the test's thread: every interleaving is chosen, none happens. */
public final class TestLoops {

    private final List<Queue> loops = new ArrayList<>();

    public static final class Queue implements Executor {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        /** Runs the oldest task; false if there is none. */
        public boolean runOne() {
            Runnable task = tasks.poll();
            if (task != null) task.run();
            return task != null;
        }

        /** Runs what is there and what that brings, until nothing is left; the number of tasks run. */
        public int runAll() {
            int ran = 0;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                ran++;
            }
            return ran;
        }
    }

    public Queue add() {
        Queue loop = new Queue();
        loops.add(loop);
        return loop;
    }

    public List<Queue> all() {
        return loops;
    }

    public void runAll() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Queue loop : loops) busy |= loop.runAll() > 0;
        }
    }
}
